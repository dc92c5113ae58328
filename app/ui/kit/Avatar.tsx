// A person's or chat's picture: initials on a gradient that follows from an id, so it is the same on every device.
import { avatarHueOf, initialsOf } from './avatarLook.ts';
import { Icon } from './Icon.tsx';

const sizes = {
  sm: 'size-8 text-xs',
  md: 'size-10 text-sm',
  lg: 'size-12 text-md',
  xl: 'size-20 text-2xl',
} as const;

const iconByKind = { notes: 'bookmark', direct: 'user', group: 'group' } as const;

export function Avatar(props: {
  seed: string;
  name: string;
  kind?: 'notes' | 'direct' | 'group';
  size?: keyof typeof sizes;
  isOnline?: boolean;
}) {
  const { seed, name, kind = 'direct', size = 'lg', isOnline = false } = props;
  const [from, to] = avatarHueOf(seed);
  const initials = kind === 'notes' ? '' : initialsOf(name);
  return (
    <span aria-hidden="true" className="relative inline-flex shrink-0">
      <span
        className={`flex items-center justify-center rounded-full font-semibold text-white select-none before:content-[attr(data-initials)] ${sizes[size]} ${kind === 'notes' ? 'bg-brand' : ''}`}
        // A picture made of letters, not text: nobody should find, copy or hear it.
        data-initials={initials}
        style={kind === 'notes' ? undefined : { backgroundImage: `linear-gradient(145deg, ${from}, ${to})` }}
      >
        {initials === '' && (
          <Icon name={iconByKind[kind]} size={size === 'xl' ? 9 : size === 'sm' ? 4 : 5.5} />
        )}
      </span>
      {isOnline && (
        <span className="absolute end-0 bottom-0 size-3 rounded-full border-2 border-surface bg-good" />
      )}
    </span>
  );
}
