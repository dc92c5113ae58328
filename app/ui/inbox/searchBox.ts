// The attributes that make a field and a list one combobox: the focus stays in the field, and the arrows move a mark
// among the results.
const listId = 'search-results';
const optionId = (index: number): string => `search-result-${index}`;

export const fieldProps = (isSearching: boolean, activeIndex: number) => ({
  role: 'combobox',
  'aria-autocomplete': 'list' as const,
  'aria-expanded': isSearching,
  ...(isSearching ? { 'aria-controls': listId } : {}),
  ...(isSearching && activeIndex >= 0 ? { 'aria-activedescendant': optionId(activeIndex) } : {}),
});

export const listProps = (label: string) => ({ role: 'listbox', id: listId, 'aria-label': label });
export const groupProps = (label: string) => ({ role: 'group', 'aria-label': label });

export const optionProps = (index: number, activeIndex: number) => ({
  role: 'option',
  id: optionId(index),
  'aria-selected': index === activeIndex,
  tabIndex: -1,
});

export function scrollToOption(index: number): void {
  document.getElementById(optionId(index))?.scrollIntoView({ block: 'nearest' });
}
