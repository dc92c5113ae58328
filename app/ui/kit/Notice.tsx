// A line that tells something without being in the way: a tint, an icon, a sentence, perhaps an action.
import type { ReactNode } from 'react';
import { Icon, type IconName } from './Icon.tsx';

const looks = {
  plain: 'bg-accent-tint text-ink',
  warning: 'bg-warn-tint text-warn-ink',
  danger: 'bg-danger-tint text-danger-ink',
} as const;

export function Notice(props: {
  look?: keyof typeof looks;
  icon: IconName;
  role?: 'status' | 'alert' | 'note';
  children: ReactNode;
  className?: string;
}) {
  const { look = 'plain', icon, role = 'note', children, className = '' } = props;
  return (
    <div
      role={role}
      className={`flex items-start gap-2.5 rounded-md px-3 py-2.5 text-sm ${looks[look]} ${className}`}
    >
      <Icon name={icon} className="mt-px" />
      <div className="min-w-0 flex-1">{children}</div>
    </div>
  );
}
