// All drawings of the screens, as strokes on a 24-unit grid in the colour of the text around them. They say nothing to
// a screen reader: the control around an icon has the name.

const strokes = {
  search: 'M21 21l-4.3-4.3M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14Z',
  back: 'M15 5l-7 7 7 7',
  close: 'M6 6l12 12M18 6L6 18',
  plus: 'M12 5v14M5 12h14',
  compose: 'M12 20h9M16.4 3.6a2.1 2.1 0 0 1 3 3L7.5 18.5 3 20l1.500-4.500Z',
  invite:
    'M15 20v-1.500a4 4 0 0 0-4-4H6.500a4 4 0 0 0-4 4V20M8.750 10.500a3.750 3.750 0 1 0 0-7.500 3.750 3.750 0 0 0 0 7.500ZM19 8v6M22 11h-6',
  settings:
    'M4 7h9M17 7h3M4 17h3M11 17h9M15 9.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5ZM9 19.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5Z',
  reply: 'M9 7L4 12l5 5M4 12h10a6 6 0 0 1 6 6v1',
  smile:
    'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM8.500 14.200s1.200 1.800 3.500 1.800 3.500-1.800 3.500-1.800M9 9.500h.01M15 9.500h.01',
  more: 'M6 12h.01M12 12h.01M18 12h.01',
  copy: 'M9 9h10a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H9a1 1 0 0 1-1-1V10a1 1 0 0 1 1-1ZM5 15H4a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1h10a1 1 0 0 1 1 1v1',
  edit: 'M16.400 4.600a2.100 2.100 0 0 1 3 3L8.500 18.500 4 20l1.500-4.500Z',
  trash: 'M4 7h16M9.500 7V4.500h5V7M6.500 7l.8 12.500h9.400L17.500 7M10 11v5M14 11v5',
  info: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 11v5M12 8h.01',
  down: 'M6 9.500l6 6 6-6',
  up: 'M6 14.500l6-6 6 6',
  send: 'M12 19V5M5.500 11.500L12 5l6.500 6.500',
  check: 'M5 12.500l4.500 4.500L19 7',
  clock: 'M12 20.500a8.500 8.500 0 1 0 0-17 8.500 8.500 0 0 0 0 17ZM12 7.500V12l3 1.800',
  timer: 'M12 21a7.500 7.500 0 1 0 0-15 7.500 7.500 0 0 0 0 15ZM12 9.800v3.700l2.300 1.400M9.500 2.800h5',
  link: 'M10 13.500a4.500 4.500 0 0 0 6.600.4l3-3a4.500 4.500 0 0 0-6.400-6.400l-1.500 1.500M14 10.500a4.500 4.500 0 0 0-6.600-.4l-3 3a4.500 4.500 0 0 0 6.400 6.400l1.500-1.500',
  share:
    'M12 15V3.500M7.500 7.500L12 3l4.500 4.500M5 12.500V19a1.500 1.500 0 0 0 1.500 1.500h11A1.500 1.500 0 0 0 19 19v-6.500',
  bookmark: 'M7 4h10a1 1 0 0 1 1 1v15l-6-4.200L6 20V5a1 1 0 0 1 1-1Z',
  offline:
    'M3 3l18 18M5 12.500a10 10 0 0 1 4-2.400M19 12.500a10 10 0 0 0-5.500-2.800M8.500 16a5 5 0 0 1 6.500-.4M12 19.500h.01M1.800 9.200A15 15 0 0 1 6 6.500M22.200 9.200A15 15 0 0 0 10 5.200',
  lock: 'M6 11h12a1 1 0 0 1 1 1v7.500a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1V12a1 1 0 0 1 1-1ZM8 11V8a4 4 0 0 1 8 0v3',
  shield:
    'M12 21s7.500-3 7.500-9.500V5.800L12 3 4.500 5.800v5.700C4.500 18 12 21 12 21ZM8.800 12l2.300 2.300 4.200-4.300',
  warning: 'M12 4L2.800 19.500h18.400ZM12 10v4M12 17h.01',
  download:
    'M12 3.500V15M7.500 11L12 15.500 16.500 11M5 17v2a1.500 1.500 0 0 0 1.500 1.500h11A1.500 1.500 0 0 0 19 19v-2',
  keyboard:
    'M4 6.500h16a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1ZM7 10.500h.01M11 10.500h.01M15 10.500h.01M8 14h8',
  sun: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM12 2.500v2M12 19.500v2M4.600 4.600L6 6M18 18l1.400 1.400M2.500 12h2M19.500 12h2M4.600 19.400L6 18M18 6l1.400-1.400',
  moon: 'M20 14.500A8.500 8.500 0 0 1 9.500 4 8.500 8.500 0 1 0 20 14.500Z',
  monitor:
    'M4 4.500h16a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1v-10a1 1 0 0 1 1-1ZM8.500 20.500h7M12 16.500v4',
  activity: 'M3 12h4l3-8 4 16 3-8h4',
  group:
    'M16 20v-1.500a4 4 0 0 0-4-4H6.500a4 4 0 0 0-4 4V20M9.250 10.500a3.750 3.750 0 1 0 0-7.500 3.750 3.750 0 0 0 0 7.500ZM21.500 20v-1.500a4 4 0 0 0-3-3.900M15.500 3.200a3.750 3.750 0 0 1 0 7.200',
  user: 'M19 20.500v-1.500a4 4 0 0 0-4-4H9a4 4 0 0 0-4 4v1.500M12 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8Z',
  forbidden: 'M12 20.500a8.500 8.500 0 1 0 0-17 8.500 8.500 0 0 0 0 17ZM6 6l12 12',
} as const;

export type IconName = keyof typeof strokes;

/** `size` in spacing steps of 4 px at normal text size. */
export function Icon({
  name,
  size = 5,
  className = '',
}: {
  name: IconName;
  size?: number;
  className?: string;
}) {
  const length = `${size * 0.25}rem`;
  const width = name === 'more' ? 2.6 : name === 'check' ? 2.1 : 1.8;
  return (
    <svg
      viewBox="0 0 24 24"
      width={length}
      height={length}
      style={{ width: length, height: length }}
      fill="none"
      stroke="currentColor"
      strokeWidth={width}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      className={`shrink-0 ${className}`}
    >
      <path d={strokes[name]} />
    </svg>
  );
}
