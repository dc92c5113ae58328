// The shape of messages, until they are there.
import { Shimmer } from '../kit/Shimmer.tsx';
import { useWords } from '../kit/Surroundings.tsx';

const shapes = ['w-2/5', 'w-3/5 self-end', 'w-1/3 self-end', 'w-1/2', 'w-3/8', 'w-1/2 self-end'];

export function LoadingTimeline() {
  const { words } = useWords();
  return (
    <div className="flex flex-1 flex-col justify-end gap-2.5 overflow-hidden px-5 pb-4">
      <output className="spoken">{words.conversation.loading}</output>
      {shapes.map((shape) => (
        <Shimmer key={shape} className={`h-11 max-w-90 rounded-lg! opacity-60 ${shape}`} />
      ))}
    </div>
  );
}
