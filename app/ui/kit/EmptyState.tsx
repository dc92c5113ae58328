// What a screen shows when there is nothing to show, or when it went wrong: a picture, a sentence, one primary action.
import type { ReactNode } from 'react';
import { Icon, type IconName } from './Icon.tsx';

export function EmptyState(props: {
  icon: IconName;
  title: string;
  sentence?: string;
  children?: ReactNode;
  isAlert?: boolean;
  level?: 1 | 2;
}) {
  const { icon, title, sentence, children, isAlert = false, level = 2 } = props;
  const Heading = level === 1 ? 'h1' : 'h2';
  return (
    <div
      role={isAlert ? 'alert' : undefined}
      className="m-auto flex max-w-sm flex-col items-center gap-3 px-6 py-10 text-center"
    >
      <span className="mb-2 flex size-20 items-center justify-center rounded-full bg-accent-tint text-accent-ink">
        <Icon name={icon} size={9} />
      </span>
      <Heading className="text-lg font-semibold text-balance">{title}</Heading>
      {sentence !== undefined && <p className="text-sm text-pretty text-muted">{sentence}</p>}
      {children !== undefined && <div className="mt-3 flex flex-col items-stretch gap-2">{children}</div>}
    </div>
  );
}
