// What goes on beneath, for who wants to know or has to help: where the engine runs, what waits, what was set aside.
import { Icon } from '../kit/Icon.tsx';
import { Card, Page } from '../kit/Page.tsx';
import { Shimmer } from '../kit/Shimmer.tsx';
import { useWords } from '../kit/Surroundings.tsx';
import { useNow } from '../kit/useNow.ts';
import { useView } from '../kit/useView.ts';
import { DeviceCheck } from './DeviceCheck.tsx';
import { RelayStory } from './RelayStory.tsx';

export function Diagnostics() {
  const { words, formats } = useWords();
  const { diagnostics: text } = words;
  const nowMs = useNow();
  const view = useView({ query: 'diagnostics' })?.view;
  const link = useView({ query: 'link' })?.view;
  const facts: readonly (readonly [string, string | undefined])[] = [
    [words.settings.connection, link && words.link.states[link.state]],
    [text.engine, view && (view.isEngineHere ? text.engineHere : text.engineElsewhere)],
    [text.waiting, view && text.waitingEntries(view.waitingEntries)],
    [
      text.storage,
      view && (view.storageBytes === undefined ? text.storageUnknown : formats.bytes(view.storageBytes)),
    ],
  ];
  return (
    <Page title={text.title} backTo="/settings">
      <Card>
        <dl className="flex flex-col gap-3 text-sm">
          {facts.map(([name, value]) => (
            <div key={name} className="flex flex-wrap justify-between gap-x-4">
              <dt className="text-muted">{name}</dt>
              <dd>{value ?? <Shimmer className="h-4 w-24" />}</dd>
            </div>
          ))}
        </dl>
      </Card>
      <RelayStory view={view} />
      <DeviceCheck />
      <Card title={text.setAside}>
        <p className="mb-3 text-sm text-muted">{text.setAsideSentence}</p>
        {view?.setAside.length === 0 && (
          <p className="flex items-center gap-2 text-sm">
            <Icon name="check" size={4.5} className="text-good" />
            {text.nothingSetAside}
          </p>
        )}
        <ul className="flex flex-col divide-y divide-line text-sm">
          {view?.setAside.map((item) => (
            <li key={`${item.chatId} ${item.reason}`} className="flex flex-wrap justify-between gap-x-4 py-2">
              <span className={text.reasons[item.reason] ? '' : 'font-mono break-all'}>
                {text.reasons[item.reason] ?? item.reason}
              </span>
              <span className="text-muted">
                {text.count(item.count)}, {text.last(formats.short(item.lastAtMs, nowMs))}
              </span>
              <span className="w-full truncate font-mono text-xs text-muted">
                {text.reasons[item.reason] && `${item.reason} `}
                {item.chatId}
              </span>
            </li>
          ))}
        </ul>
      </Card>
    </Page>
  );
}
