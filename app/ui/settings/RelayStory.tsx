// Whether the relay has told this device one story: what it lost or changed, and what it keeps back.
import type { DiagnosticsView } from '../../chat/views.ts';
import { Icon } from '../kit/Icon.tsx';
import { Card } from '../kit/Page.tsx';
import { useWords } from '../kit/Surroundings.tsx';

export function RelayStory({ view }: { view: DiagnosticsView | undefined }) {
  const { story: text } = useWords().words.diagnostics;
  const noticed = view && [
    ...(view.toldAnew > 0 ? [text.toldAnew(view.toldAnew)] : []),
    ...(view.gaps > 0 ? [text.gaps(view.gaps)] : []),
    ...(view.forks > 0 ? [text.forks(view.forks)] : []),
  ];
  return (
    <Card title={text.title}>
      <p className="mb-3 text-sm text-muted">{text.sentence}</p>
      {noticed?.length === 0 && (
        <p className="flex items-center gap-2 text-sm">
          <Icon name="check" size={4.5} className="text-good" />
          {text.fine}
        </p>
      )}
      <ul className="flex flex-col gap-2 text-sm">
        {noticed?.map((sentence) => (
          <li key={sentence} className="flex gap-2">
            <Icon name="warning" size={4.5} className="mt-0.5 text-warn-ink" />
            {sentence}
          </li>
        ))}
      </ul>
    </Card>
  );
}
