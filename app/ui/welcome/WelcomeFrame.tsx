// The stage of the first minutes: what this is in one sentence on one side, the one thing to do on the other.
import type { ReactNode } from 'react';
import { Logo } from '../kit/Logo.tsx';
import { useWords } from '../kit/Surroundings.tsx';

function Sample({ text, isOwn, className }: { text: string; isOwn: boolean; className: string }) {
  return (
    <p
      className={`max-w-72 rounded-lg px-4 py-2.5 text-base shadow-float ${isOwn ? 'self-end rounded-ee-xs bg-white text-[#0b3f94]' : 'self-start rounded-es-xs bg-white/18 text-white backdrop-blur-sm'} ${className}`}
    >
      {text}
    </p>
  );
}

export function WelcomeFrame({ children }: { children: ReactNode }) {
  const { words } = useWords();
  const { welcome } = words;
  return (
    <div className="scroller grid h-visible grid-cols-[minmax(0,1fr)] grid-rows-[auto_1fr] bg-surface lg:grid-cols-[minmax(0,1fr)_minmax(0,1fr)] lg:grid-rows-1">
      <header className="@container relative overflow-clip bg-[#1062d6] bg-hero px-[min(--spacing(6),8vw)] pt-[max(1.75rem,env(safe-area-inset-top))] pb-7 text-white lg:flex lg:flex-col lg:justify-between lg:p-12">
        <span
          aria-hidden="true"
          className="absolute -end-32 -top-32 size-96 rounded-full bg-white/10 lg:-end-40 lg:-top-40 lg:size-140"
        />
        <span
          aria-hidden="true"
          className="absolute -start-24 -bottom-40 size-80 rounded-full bg-[#0a3f9c]/35 lg:size-120"
        />
        <p className="relative flex items-center gap-3 text-lg font-bold tracking-tight">
          <Logo className="size-9 rounded-sm ring-1 ring-white/40" />
          {words.appName}
        </p>
        <div aria-hidden="true" className="relative mx-auto hidden w-full max-w-md flex-col gap-3 lg:flex">
          <Sample text={welcome.sampleIn} isOwn={false} className="" />
          <Sample text={welcome.sampleOut} isOwn className="" />
          <Sample text={welcome.sampleLater} isOwn className="opacity-95" />
        </div>
        {/* With large letters on a small screen the form needs the room. */}
        <div className="relative mt-5 @max-3xs:hidden lg:mt-0">
          <p className="max-w-lg text-xl font-bold tracking-tight text-balance lg:text-3xl">
            {welcome.headline}
          </p>
          <p className="mt-2 hidden max-w-md text-md text-white/95 sm:block lg:mt-4 lg:text-lg">
            {welcome.promise}
          </p>
        </div>
      </header>
      <main className="flex flex-col px-[min(--spacing(6),8vw)] py-8 pb-[max(2rem,env(safe-area-inset-bottom))] lg:overflow-y-auto">
        <div className="@container m-auto w-full max-w-sm animate-rise">{children}</div>
      </main>
    </div>
  );
}

export function WelcomeTitle({ title, sentence }: { title: string; sentence: string }) {
  return (
    <div className="mb-6 flex flex-col gap-1.5">
      <h1 className="text-2xl font-bold tracking-tight text-balance">{title}</h1>
      <p className="text-muted">{sentence}</p>
    </div>
  );
}
