// A labelled line of input with its hint and its error beneath, tied together for screen readers. The browser is asked
// not to remember what is typed: what it remembers lies readable on the disk.
import { type ComponentProps, useId } from 'react';

export function TextField({
  label,
  hint,
  error,
  prefix,
  className = '',
  ...rest
}: {
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
  prefix?: string;
} & ComponentProps<'input'>) {
  const id = useId();
  const told = error ?? hint;
  return (
    <div className={`flex flex-col gap-1.5 ${className}`}>
      <label htmlFor={id} className="text-sm font-semibold">
        {label}
      </label>
      <div
        className={`flex min-h-12 items-center rounded-md border bg-surface transition-colors focus-within:border-accent-bright focus-within:ring-3 focus-within:ring-accent-bright/20 ${error === undefined ? 'border-line-strong' : 'border-danger'}`}
      >
        {prefix !== undefined && (
          <span aria-hidden="true" className="ps-3.5 text-md text-muted">
            {prefix}
          </span>
        )}
        <input
          autoComplete="off"
          {...rest}
          id={id}
          aria-invalid={error === undefined ? undefined : true}
          aria-describedby={told === undefined ? undefined : `${id}-told`}
          className={`min-w-0 flex-1 bg-transparent py-2.5 pe-3.5 text-md outline-none placeholder:text-muted ${prefix === undefined ? 'ps-3.5' : 'ps-0.5'}`}
        />
      </div>
      {told !== undefined && (
        <p
          id={`${id}-told`}
          role={error === undefined ? undefined : 'alert'}
          className={`text-sm ${error === undefined ? 'text-muted' : 'text-danger-ink'}`}
        >
          {told}
        </p>
      )}
    </div>
  );
}
