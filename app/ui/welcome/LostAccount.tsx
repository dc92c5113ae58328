// Says what became of an account that this browser had, where its data is gone: nobody is to wonder whether it ever was.
import { Notice } from '../kit/Notice.tsx';
import { usePreferences, useWords } from '../kit/Surroundings.tsx';

export function LostAccount() {
  const { words, formats } = useWords();
  const { values } = usePreferences();
  const { lost } = words.welcome;
  if (values.accountSeenAtMs === undefined) return null;
  return (
    <Notice look="warning" icon="warning" className="mb-6">
      <p className="font-semibold">{lost.title}</p>
      <p className="mt-1">{lost.what(formats.date(values.accountSeenAtMs))}</p>
      <p className="mt-1">{lost.messages}</p>
      <p className="mt-1">{lost.next}</p>
    </Notice>
  );
}
