// First: the nonce has to be in place before the kit is loaded.
import './nonce.ts';
import { provideVSCodeDesignSystem, vsCodeButton, vsCodeCheckbox } from '@vscode/webview-ui-toolkit';
import { type Child, element } from './dom.ts';

/**
 * The only file that knows the UI kit: a successor is registered here, behind the same functions. The kit's badge and
 * progress ring write style attributes, which the Content-Security-Policy refuses: those two are plain elements.
 */
provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeCheckbox());

export interface ButtonOptions {
  appearance: 'primary' | 'secondary' | 'icon';
  /** Read by screen readers and shown on hover; needed where the button has only an icon. */
  title?: string;
  icon?: SVGElement;
  onClick: () => void;
}

export function button(label: string, options: ButtonOptions): HTMLElement {
  const { appearance, title, icon, onClick } = options;
  if (icon && label) icon.setAttribute('slot', 'start');
  const node = element('vscode-button', { appearance, title, 'aria-label': label ? null : title }, icon, label);
  node.addEventListener('click', onClick);
  return node;
}

export function setDisabled(node: HTMLElement, disabled: boolean): void {
  if ((node as HTMLElement & { disabled?: boolean }).disabled !== disabled) {
    (node as HTMLElement & { disabled?: boolean }).disabled = disabled;
  }
}

export function checkbox(label: string, checked: boolean, onChange: (checked: boolean) => void): HTMLElement {
  const node = element('vscode-checkbox', { checked }, label) as HTMLElement & { checked: boolean };
  node.addEventListener('change', () => onChange(node.checked));
  return node;
}

export function badge(...children: Child[]): HTMLElement {
  return element('span', { class: 'badge' }, ...children);
}

export function progressRing(): HTMLElement {
  return element('div', { class: 'ring', 'aria-hidden': 'true' });
}
