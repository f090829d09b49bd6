import * as vscode from 'vscode';
import { exportFormats, type FormatInfo } from '../../export/formats.ts';

export interface FormatChoice {
  format: FormatInfo;
  preprocess: 'inside' | 'outside' | null;
}

interface FormatPick extends vscode.QuickPickItem {
  format?: FormatInfo;
}

/** Asks for a format; a button beside those that can do without leaves the preprocessing out. Undefined: none was chosen. */
export async function chooseFormat(run: string): Promise<FormatChoice | undefined> {
  const quickPick = vscode.window.createQuickPick<FormatPick>();
  quickPick.title = vscode.l10n.t('Export {0}', run);
  quickPick.placeholder = vscode.l10n.t('Which format?');
  quickPick.matchOnDetail = true;
  const outside: vscode.QuickInputButton = {
    iconPath: new vscode.ThemeIcon('circle-slash'),
    tooltip: vscode.l10n.t('Without preprocessing: takes normalised numbers instead of pixels'),
  };
  const isModel = ({ name }: FormatInfo) => !['tensorboard', 'mlflow', 'card'].includes(name);
  const pick = (format: FormatInfo): FormatPick => ({
    format,
    label: format.label,
    description: format.extension ?? vscode.l10n.t('folder'),
    detail: format.readers,
    buttons: format.preprocesses ? [outside] : [],
  });
  const heading = (label: string): FormatPick => ({ label, kind: vscode.QuickPickItemKind.Separator });
  quickPick.items = [
    heading(vscode.l10n.t('Model')),
    ...exportFormats.filter(isModel).map(pick),
    heading(vscode.l10n.t('Log and report')),
    ...exportFormats.filter((format) => !isModel(format)).map(pick),
  ];
  try {
    return await new Promise((resolve) => {
      quickPick.onDidAccept(() => {
        const [chosen] = quickPick.selectedItems;
        resolve(chosen?.format ? { format: chosen.format, preprocess: null } : undefined);
      });
      quickPick.onDidTriggerItemButton(({ item }) =>
        resolve(item.format ? { format: item.format, preprocess: 'outside' } : undefined),
      );
      quickPick.onDidHide(() => resolve(undefined));
      quickPick.show();
    });
  } finally {
    quickPick.dispose();
  }
}
