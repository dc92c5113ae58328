// The mark of the app, drawn as in the favicon.
import { useId } from 'react';

export function Logo({ className = '' }: { className?: string }) {
  const id = useId();
  return (
    <svg viewBox="0 0 512 512" aria-hidden="true" className={className}>
      <defs>
        <linearGradient id={id} x1="0" y1="0" x2="1" y2="1">
          <stop offset="0" stopColor="#4FA3FF" />
          <stop offset="0.5" stopColor="#1877F2" />
          <stop offset="1" stopColor="#0B57D0" />
        </linearGradient>
      </defs>
      <rect width="512" height="512" rx="120" fill={`url(#${id})`} />
      <path
        fill="#fff"
        d="M256 116c-84.500 0-150 58-150 132 0 40.500 19.500 76 51 100.500 3 2.300 4.600 6 4.100 9.800l-5.400 37.600c-1.300 9 8.100 15.700 16.200 11.500l43.600-22.600c3-1.600 6.500-2 9.800-1.200 9.900 2.300 20.200 3.400 30.700 3.400 84.500 0 150-58 150-139S340.500 116 256 116z"
      />
      <g fill="#1877F2">
        <circle cx="190" cy="251" r="21" />
        <circle cx="256" cy="251" r="21" />
        <circle cx="322" cy="251" r="21" />
      </g>
    </svg>
  );
}
