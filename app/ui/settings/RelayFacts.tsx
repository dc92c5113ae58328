// What the relay learns and what it can't, in plain words: section 5 of the design, without its vocabulary.
import { Icon, type IconName } from '../kit/Icon.tsx';
import { Card } from '../kit/Page.tsx';
import { useWords } from '../kit/Surroundings.tsx';

function Facts({
  title,
  items,
  icon,
  look,
}: {
  title: string;
  items: readonly string[];
  icon: IconName;
  look: string;
}) {
  return (
    <div>
      <h3 className="mb-1.5 text-sm font-semibold text-muted">{title}</h3>
      <ul className="flex flex-col gap-2 text-sm">
        {items.map((item) => (
          <li key={item} className="flex gap-2.5">
            <Icon name={icon} size={4.5} className={`mt-px ${look}`} />
            {item}
          </li>
        ))}
      </ul>
    </div>
  );
}

export function RelayFacts() {
  const { words } = useWords();
  const { settings } = words;
  return (
    <Card title={settings.relayTitle}>
      <div className="flex flex-col gap-4">
        <Facts title={settings.relaySees} items={settings.relaySeesItems} icon="info" look="text-warn-ink" />
        <Facts title={settings.relayCannot} items={settings.relayCannotItems} icon="lock" look="text-good" />
        <p className="border-t border-line pt-3 text-sm text-muted">{settings.relayThief}</p>
      </div>
    </Card>
  );
}
