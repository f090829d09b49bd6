/**
 * One stop for Tab, arrow keys within: the focus roves over the items of a grid. Home and End go to the ends of a row (with Ctrl
 * to the first and last item).
 * @param columns how many items stand in a row now
 */
export function roveOver(root: HTMLElement, items: () => HTMLElement[], columns: () => number): void {
  root.addEventListener('keydown', (event) => {
    const all = items();
    const at = all.indexOf(document.activeElement as HTMLElement);
    if (at < 0) return;
    const next = all[target(event, at, all.length, Math.max(1, columns()))];
    if (!next || next === all[at]) return;
    event.preventDefault();
    focusItem(all, next);
  });
  root.addEventListener('focusin', (event) => {
    const all = items();
    const item = event.target as HTMLElement;
    if (all.includes(item)) setStops(all, item);
  });
}

/** The item that Tab comes to; the others are passed over. */
export function setStops(all: readonly HTMLElement[], stop: HTMLElement | undefined): void {
  for (const item of all) {
    const index = item === stop ? 0 : -1;
    if (item.tabIndex !== index) item.tabIndex = index;
  }
}

function focusItem(all: readonly HTMLElement[], item: HTMLElement): void {
  setStops(all, item);
  item.focus();
  item.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}

/** Exported for tests. */
export function target(
  { key, ctrlKey }: Pick<KeyboardEvent, 'key' | 'ctrlKey'>,
  at: number,
  count: number,
  columns: number,
): number {
  const row = at - (at % columns);
  switch (key) {
    case 'ArrowRight':
      return Math.min(count - 1, at + 1);
    case 'ArrowLeft':
      return Math.max(0, at - 1);
    case 'ArrowDown':
      return at + columns < count ? at + columns : at;
    case 'ArrowUp':
      return at >= columns ? at - columns : at;
    case 'Home':
      return ctrlKey ? 0 : row;
    case 'End':
      return ctrlKey ? count - 1 : Math.min(count - 1, row + columns - 1);
    default:
      return at;
  }
}
