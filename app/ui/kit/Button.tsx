// The buttons there are: one primary action a screen, quiet ones beside it, and icons that always have a name.
import type { ComponentProps, ReactNode } from 'react';
import { Icon, type IconName } from './Icon.tsx';

const base =
  'inline-flex min-h-11 items-center justify-center gap-2 rounded-md px-4 py-2 text-base font-semibold transition-colors duration-100 disabled:opacity-55';
const looks = {
  primary: 'bg-primary text-white shadow-bubble enabled:hover:brightness-110 enabled:active:brightness-95',
  quiet: 'bg-accent-tint text-accent-ink enabled:hover:bg-accent-tint-strong',
  plain: 'text-accent-ink enabled:hover:bg-accent-tint',
  outline: 'border border-line-strong text-ink enabled:hover:bg-hover',
  danger: 'bg-danger text-white shadow-bubble enabled:hover:brightness-110',
} as const;

export type ButtonLook = keyof typeof looks;

export const buttonClass = (look: ButtonLook, className = ''): string =>
  `${base} ${looks[look]} ${className}`;

export function Button({
  look = 'primary',
  icon,
  className,
  children,
  ...rest
}: { look?: ButtonLook; icon?: IconName; children: ReactNode } & ComponentProps<'button'>) {
  return (
    <button type="button" {...rest} className={buttonClass(look, className)}>
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

/** A square target of at least 40 px, 44 on touch; the label is its name and its tooltip. */
export function IconButton({
  icon,
  label,
  size = 5,
  className = '',
  ...rest
}: { icon: IconName; label: string; size?: number } & ComponentProps<'button'>) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      {...rest}
      className={`inline-flex size-10 shrink-0 items-center justify-center rounded-full text-muted transition-colors duration-100 coarse:size-11 enabled:hover:bg-hover enabled:hover:text-ink ${className}`}
    >
      <Icon name={icon} size={size} />
    </button>
  );
}
