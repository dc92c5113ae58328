// Catches a bug in one part of the screen, so that the rest stays. Says that nothing is lost, and offers to reload.
import { Component, type ReactNode } from 'react';
import { Button } from './Button.tsx';
import { EmptyState } from './EmptyState.tsx';
import { useWords } from './Surroundings.tsx';

function Broken() {
  const { words } = useWords();
  return (
    <EmptyState icon="warning" title={words.broken.title} sentence={words.broken.sentence} isAlert>
      <Button onClick={() => location.reload()}>{words.broken.reload}</Button>
    </EmptyState>
  );
}

/** With another `key`, what is inside gets another chance. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { isBroken: boolean }> {
  override state = { isBroken: false };

  static getDerivedStateFromError() {
    return { isBroken: true };
  }

  override componentDidCatch(error: unknown) {
    console.error(error);
  }

  override render() {
    return this.state.isBroken ? <Broken /> : this.props.children;
  }
}
