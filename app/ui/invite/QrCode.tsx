// A link as a QR code: dark on white in every theme, because scanners want it so.
import { useMemo } from 'react';
import { encode } from 'uqr';

/** Modules of quiet around the code, as the standard asks. */
const quiet = 4;

export function QrCode({ text, label }: { text: string; label: string }) {
  const { size, path } = useMemo(() => {
    const code = encode(text, { ecc: 'M', border: 0 });
    const runs = code.data.flatMap((row, y) =>
      row.flatMap((isDark, x) => (isDark ? [`M${x + quiet} ${y + quiet}h1v1h-1z`] : [])),
    );
    return { size: code.size + 2 * quiet, path: runs.join('') };
  }, [text]);
  return (
    <figure aria-label={label} className="w-full max-w-60">
      <svg
        aria-hidden="true"
        viewBox={`0 0 ${size} ${size}`}
        shapeRendering="crispEdges"
        className="aspect-square w-full rounded-md bg-white"
      >
        <path d={path} fill="#0d1526" />
      </svg>
    </figure>
  );
}
