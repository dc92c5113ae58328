// A place that will soon be filled, of the size that it will have.
export function Shimmer({ className = '' }: { className?: string }) {
  return <span aria-hidden="true" className={`block animate-breathe rounded-full bg-field ${className}`} />;
}
