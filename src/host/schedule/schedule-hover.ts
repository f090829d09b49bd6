import * as vscode from 'vscode';
import { parseJsonc } from '../../jobs/jsonc-tree.ts';
import { commands, configSuffix } from '../ids.ts';
import { describeSchedule, type ImageCount } from './describe-schedule.ts';
import { type SvgColors, scheduleSvg } from './schedule-svg.ts';

/** Settings whose hover shows the curve that they make. */
const curveSettings = ['schedule', 'learningRate', 'phases'];

const dark: SvgColors = { line: '#59a4f9', momentum: '#d18616', text: '#cccccc', axis: '#6b6b6b' };
const light: SvgColors = { line: '#0063d3', momentum: '#b5620a', text: '#3b3b3b', axis: '#9e9e9e' };

/** The curve of the learning rate in the hover of the settings that make it. */
export class ScheduleHovers implements vscode.HoverProvider, vscode.Disposable {
  private readonly schemaFile: string;
  private readonly imagesOf: (file: string) => ImageCount;
  private readonly registration: vscode.Disposable;

  constructor(schemaFile: string, imagesOf: (file: string) => ImageCount) {
    this.schemaFile = schemaFile;
    this.imagesOf = imagesOf;
    this.registration = vscode.languages.registerHoverProvider(
      { scheme: 'file', pattern: `**/*${configSuffix}` },
      this,
    );
  }

  async provideHover(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Hover | null> {
    const range = curveSettingAt(document.getText(), document.offsetAt(position));
    if (!range) return null;
    const file = document.uri.fsPath;
    const { schedule } = await describeSchedule(document.getText(), file, this.schemaFile, this.imagesOf(file));
    if (!schedule) return null;
    const { kind } = vscode.window.activeColorTheme;
    const isLight = kind === vscode.ColorThemeKind.Light || kind === vscode.ColorThemeKind.HighContrastLight;
    const svg = scheduleSvg(schedule, isLight ? light : dark);
    const text = new vscode.MarkdownString();
    text.isTrusted = { enabledCommands: [commands.previewSchedule] };
    text.appendMarkdown(`![schedule](data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')})\n\n`);
    const argument = encodeURIComponent(JSON.stringify([document.uri]));
    text.appendMarkdown(`[${vscode.l10n.t('Preview beside')}](command:${commands.previewSchedule}?${argument})`);
    return new vscode.Hover(text, new vscode.Range(document.positionAt(range.start), document.positionAt(range.end)));
  }

  dispose(): void {
    this.registration.dispose();
  }
}

/** The name of the setting that an offset is on, where it is one of `training` that makes the curve; null: it is not. */
function curveSettingAt(text: string, offset: number): { start: number; end: number } | null {
  const root = parseJsonc(text);
  const training = root?.kind === 'object' ? root.properties.find(({ key }) => key === 'training')?.value : undefined;
  if (training?.kind !== 'object') return null;
  for (const { key, keyStart } of training.properties) {
    const end = keyStart + JSON.stringify(key).length;
    if (curveSettings.includes(key) && offset >= keyStart && offset <= end) return { start: keyStart, end };
  }
  return null;
}
