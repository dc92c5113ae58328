// How long messages of a chat stay that are said from now on.
import { Dialog } from '../kit/Dialog.tsx';
import { Icon } from '../kit/Icon.tsx';
import { useWords } from '../kit/Surroundings.tsx';

const hour = 3600;
const day = 24 * hour;
const choices = [0, hour, day, 7 * day, 90 * day];

export function TimerDialog(props: {
  seconds: number;
  onChoose: (seconds: number) => void;
  onClose: () => void;
}) {
  const { seconds, onChoose, onClose } = props;
  const { words, formats } = useWords();
  const text = words.timerDialog;
  // Another app may have set another time.
  const offered = choices.includes(seconds) ? choices : [...choices, seconds].toSorted((a, b) => a - b);
  return (
    <Dialog title={text.title} description={text.sentence} onClose={onClose}>
      <ul className="-mx-3 mt-4">
        {offered.map((choice) => (
          <li key={choice}>
            <button
              type="button"
              aria-pressed={choice === seconds}
              onClick={() => {
                onChoose(choice);
                onClose();
              }}
              className={`flex min-h-12 w-full items-center justify-between gap-3 rounded-md px-3 text-start hover:bg-hover ${choice === seconds ? 'font-semibold text-accent-ink' : ''}`}
            >
              {choice === 0 ? text.off : formats.span(choice)}
              {choice === seconds && <Icon name="check" />}
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
