// A page in the second pane: a heading with the way back, and a column of content.
import type { ReactNode } from 'react';
import { useLocation } from 'wouter';
import { IconButton } from './Button.tsx';
import { leaveTo } from './leaveTo.ts';
import { useWords } from './Surroundings.tsx';

export function Page({
  title,
  backTo = '/',
  children,
}: {
  title: string;
  backTo?: string;
  children: ReactNode;
}) {
  const { words } = useWords();
  const [, navigate] = useLocation();
  return (
    <div className="flex h-full min-h-0 flex-col bg-canvas">
      <header className="flex min-h-15 items-center gap-1 border-b border-line bg-surface px-2 pt-[max(0.5rem,env(safe-area-inset-top))] pb-2 wide:px-3">
        <IconButton
          icon="back"
          size={6}
          label={words.back}
          onClick={() => leaveTo(backTo, navigate)}
          className="rtl:-scale-x-100"
        />
        <h1 className="min-w-0 flex-1 truncate text-lg font-semibold">{title}</h1>
      </header>
      <div className="scroller min-h-0 flex-1">
        <div className="mx-auto flex max-w-xl flex-col gap-4 px-4 pt-5 pb-[max(2rem,env(safe-area-inset-bottom))]">
          {children}
        </div>
      </div>
    </div>
  );
}

export function Card({ title, children }: { title?: string; children: ReactNode }) {
  return (
    <section className="rounded-lg border border-line bg-surface p-4 sm:p-5">
      {title !== undefined && <h2 className="mb-3 font-semibold">{title}</h2>}
      {children}
    </section>
  );
}
