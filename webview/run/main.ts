import './run.css';
import type { FromRunPanel, RunPanelState, ToRunPanel } from '../../src/protocol/run-panel.ts';
import { connect } from '../ui/bus.ts';
import { RunPanel } from './panel.ts';

/**
 * The Run panel's page. The host serves
 *
 *     <!DOCTYPE html>
 *     <html lang="en">
 *       <head>
 *         <meta charset="utf-8">
 *         <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src ${cspSource} data:;
 *           style-src ${cspSource} 'nonce-${nonce}'; font-src ${cspSource}; script-src 'nonce-${nonce}'">
 *         <meta name="viewport" content="width=device-width, initial-scale=1">
 *         <link rel="stylesheet" href="${asWebviewUri('dist/webview/run.css')}">
 *         <title>${run name}</title>
 *       </head>
 *       <body data-folder="${run folder}">
 *         <div id="root"></div>
 *         <script nonce="${nonce}" src="${asWebviewUri('dist/webview/run.js')}"></script>
 *       </body>
 *     </html>
 *
 * answers every `ready` with a `snapshot`, and then sends `delta`s. `data-folder` is saved with the panel's state, so that
 * the host finds the run again after a reload of the window. No inline style or script is used, and no eval.
 */
const bus = connect<ToRunPanel, FromRunPanel, RunPanelState>(['snapshot', 'delta']);
const panel = new RunPanel(bus, document.body.dataset.folder ?? '');
document.getElementById('root')!.replaceChildren(panel.root);
bus.post({ type: 'ready' });
