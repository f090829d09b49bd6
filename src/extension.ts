import * as vscode from 'vscode';
import { augmentCommands } from './host/augment/augment-commands.ts';
import { AugmentPanels } from './host/augment/augment-panels.ts';
import { classifyCommand } from './host/classify/classify-command.ts';
import { LabelApply } from './host/clean/apply.ts';
import { candidateCommands } from './host/clean/candidate-commands.ts';
import { cleanCommands } from './host/clean/clean-commands.ts';
import { CleanPanels } from './host/clean/clean-panels.ts';
import { followActiveImage, imageCommands } from './host/clean/image-commands.ts';
import { countIssues } from './host/clean/issue-badge.ts';
import { issueCommands } from './host/clean/issue-commands.ts';
import { IssueIndex } from './host/clean/issue-index.ts';
import { IssueSearch } from './host/clean/issue-search.ts';
import { IssueTree } from './host/clean/issue-tree.ts';
import { KnownImages } from './host/clean/known-images.ts';
import { LabelDecorations } from './host/clean/label-decorations.ts';
import { LabelJournals } from './host/clean/label-journals.ts';
import { newImageCommands } from './host/clean/new-image-commands.ts';
import { NewImages } from './host/clean/new-images.ts';
import { compareCommands } from './host/compare/compare-commands.ts';
import { ComparePanels } from './host/compare/compare-panels.ts';
import { ForeignStore } from './host/compare/foreign-store.ts';
import { ConfigLenses } from './host/configs/code-lens.ts';
import { configCommands } from './host/configs/config-commands.ts';
import { dataSetCommands } from './host/data-sets/data-set-commands.ts';
import { DataSetStore } from './host/data-sets/data-set-store.ts';
import { type DataSetNode, DataSetTree } from './host/data-sets/data-set-tree.ts';
import { engineCommands } from './host/engine-setup/engine-commands.ts';
import { evaluateCommands } from './host/evaluate/evaluate-commands.ts';
import { EvaluatePanels } from './host/evaluate/evaluate-panels.ts';
import { exportCommands } from './host/export/export-commands.ts';
import { commands, views, walkthroughId } from './host/ids.ts';
import { Catalogues } from './host/inspect/catalogues.ts';
import { inspectCommands } from './host/inspect/inspect-commands.ts';
import { InspectPanels } from './host/inspect/inspect-panels.ts';
import { LayerView } from './host/layers/layer-view.ts';
import { createLog } from './host/log.ts';
import { findAgain, finderCommands } from './host/lr-finder/finder-commands.ts';
import { FinderIndex } from './host/lr-finder/finder-index.ts';
import { FinderPanels } from './host/lr-finder/finder-panels.ts';
import { notifyEnds } from './host/notifier.ts';
import { payoffCommands } from './host/payoff/payoff-commands.ts';
import { PayoffDocuments } from './host/payoff/payoff-documents.ts';
import { PayoffIndex } from './host/payoff/payoff-index.ts';
import { PredictPanels } from './host/predict/predict-panels.ts';
import { LoupeProcesses } from './host/process.ts';
import { registerCommands } from './host/register.ts';
import { RunPanels } from './host/run-panel/run-panels.ts';
import { runCommands } from './host/runs/run-commands.ts';
import { runEditCommands } from './host/runs/run-edit-commands.ts';
import { RunStore } from './host/runs/run-store.ts';
import { RunTargets } from './host/runs/run-target.ts';
import { RunTree } from './host/runs/run-tree.ts';
import { RunView } from './host/runs/run-view.ts';
import { runViewCommands } from './host/runs/run-view-commands.ts';
import { RunScheduler } from './host/runs/scheduler.ts';
import { SchedulePreview } from './host/schedule/schedule-preview.ts';
import { showError } from './host/show-error.ts';
import { StatusBar } from './host/status-bar.ts';
import { Thumbnails } from './host/thumbnails.ts';
import { recipeCommands } from './host/train/recipe-commands.ts';
import { recipeGallery } from './host/train/recipe-gallery.ts';
import { trainCommands } from './host/train/train-commands.ts';
import { BaselinePanels } from './host/transfer/baseline-panels.ts';
import { ImportDocuments } from './host/transfer/import-documents.ts';
import { ReportIndex } from './host/transfer/report-index.ts';
import { transferCommands } from './host/transfer/transfer-commands.ts';
import { weightsCommands } from './host/transfer/weights-commands.ts';

/** What the tests inside the extension host look at. */
export interface LoupeApi {
  /** Milliseconds that `activate` took. */
  activationMs: number;
  store: RunStore;
  view: RunView;
  dataSets: DataSetStore;
  comparisons: ComparePanels;
  foreign: ForeignStore;
  runTree: RunTree;
  dataSetTree: DataSetTree;
  evaluatePanels: EvaluatePanels;
  predictPanels: PredictPanels;
  layers: LayerView;
  inspectPanels: InspectPanels;
  journals: LabelJournals;
  cleanPanels: CleanPanels;
  decorations: LabelDecorations;
  dataSetsView: vscode.TreeView<DataSetNode>;
  newImages: NewImages;
  reportIndex: ReportIndex;
  payoffs: PayoffIndex;
  baselinePanels: BaselinePanels;
}

/** Wires the rooms of the host together; whatever takes time starts afterwards. */
export function activate(context: vscode.ExtensionContext): LoupeApi {
  const startedAt = performance.now();
  const log = createLog();
  const processes = new LoupeProcesses(context.extensionPath);
  const store = new RunStore(log);
  const view = new RunView(context.workspaceState);
  const dataSets = new DataSetStore(processes, context.workspaceState);
  const scheduler = new RunScheduler(store, processes, log);
  const panels = new RunPanels(context.extensionUri, (error) => void showError(error, log));
  const runTree = new RunTree(store, view);
  const catalogues = new Catalogues(processes);
  const journals = new LabelJournals();
  const search = new IssueSearch(processes);
  const issueIndex = new IssueIndex({ catalogues, search, journals, memory: context.workspaceState });
  const issueTree = new IssueTree(issueIndex, journals);
  const reportIndex = new ReportIndex();
  const payoffs = new PayoffIndex();
  const dataSetTree = new DataSetTree(dataSets, { issues: issueTree, reports: reportIndex, payoffs });
  const runsView = vscode.window.createTreeView(views.runs, { treeDataProvider: runTree, canSelectMany: true });
  const dataSetsView = vscode.window.createTreeView(views.dataSets, { treeDataProvider: dataSetTree });
  const targets = new RunTargets(store, runsView);
  const thumbnails = new Thumbnails(processes);
  const foreign = new ForeignStore();
  const comparisons = new ComparePanels(context.extensionUri, {
    ...{ store, foreign, thumbnails, processes },
    reveal: (run) => void revealIn(runsView, runTree, run),
    onError: (error) => void showError(error, log),
  });
  const schemaFile = context.asAbsolutePath('media/loupe.schema.json');
  const index = new FinderIndex();
  const parts = { store, dataSets, scheduler, panels, targets, processes, schemaFile, index, log };
  const finderPanels = new FinderPanels(context.extensionUri, {
    again: (job, sweep) => findAgain(parts, job, sweep),
    changed: () => index.announce(),
    onError: (error) => void showError(error, log),
  });
  const onError = (error: unknown) => void showError(error, log);
  const schedule = new SchedulePreview(context.extensionUri, dataSets, { schemaFile, onError });
  const documents = new ImportDocuments(processes);
  const payoffDocuments = new PayoffDocuments();
  const layers = new LayerView({ processes, schemaFile, onError });
  const panelParts = { extensionUri: context.extensionUri, processes, thumbnails, onError };
  const evaluatePanels = new EvaluatePanels(panelParts);
  const predictPanels = new PredictPanels(panelParts);
  const inspectPanels = new InspectPanels({
    ...{ ...panelParts, catalogues, store, search, showLog: () => log.show() },
    isDataSet: (source) => dataSets.get(source) !== undefined,
  });
  const baselinePanels = new BaselinePanels({
    ...{ ...panelParts, index: reportIndex },
    isDataSet: (source) => dataSets.get(source) !== undefined,
  });
  const apply = new LabelApply(processes, journals, () => cleanPanels);
  const newImages = new NewImages(processes, context.workspaceState, onError);
  const cleanPanels = new CleanPanels(journals, {
    ...panelParts,
    catalogues,
    dataSets,
    search,
    apply,
    newImages,
    payoffs,
  });
  const images = new KnownImages(dataSets, catalogues);
  const decorations = new LabelDecorations(images, journals, issueIndex);
  const augmentPanels = new AugmentPanels({
    ...{ extensionUri: context.extensionUri, processes, store, schemaFile, onError },
    showLog: () => log.show(),
  });

  const registered = registerCommands(
    {
      ...dataSetCommands(dataSets),
      ...trainCommands(parts),
      ...configCommands(parts),
      ...recipeCommands(parts),
      ...recipeGallery(dataSets),
      ...finderCommands({ ...parts, finderPanels }),
      ...schedule.commands,
      ...runCommands(parts),
      ...runEditCommands(store, targets),
      ...runViewCommands(store, view),
      ...classifyCommand(parts),
      ...compareCommands({ store, targets, panels, comparisons }),
      ...evaluateCommands({ store, evaluatePanels, predictPanels }),
      ...augmentCommands({ dataSets, augmentPanels }),
      ...inspectCommands({ dataSets, inspectPanels }),
      ...payoffCommands({ dataSets, processes, comparisons, journals, payoffs, payoffDocuments }),
      ...layers.commands,
      ...transferCommands({ processes, dataSets, index: reportIndex, baselinePanels }),
      ...weightsCommands(processes, documents),
      ...exportCommands(parts),
      ...engineCommands(processes),
      ...candidateCommands(cleanPanels),
      ...cleanCommands({ dataSets, cleanPanels, search, issues: issueIndex, apply }),
      ...imageCommands(images, journals),
      ...newImageCommands({ dataSets, cleanPanels, newImages }),
      ...issueCommands(issueTree, images, journals),
      [commands.showLog]: () => log.show(),
      [commands.openWalkthrough]: () =>
        vscode.commands.executeCommand('workbench.action.openWalkthrough', walkthroughId, false),
    },
    log,
  );
  context.subscriptions.push(
    ...[log, store, view, dataSets, scheduler, panels, runTree, dataSetTree, runsView, dataSetsView, registered],
    ...[new ConfigLenses(store, index), new StatusBar(store), notifyEnds(store), describeFilter(runsView, view)],
    ...[layers, documents, reportIndex, baselinePanels, payoffs, payoffDocuments],
    ...[thumbnails, foreign, comparisons, index, finderPanels, schedule, augmentPanels],
    ...[evaluatePanels, predictPanels, inspectPanels],
    ...[catalogues, journals, search, issueIndex, issueTree, apply, newImages, cleanPanels, decorations],
    followActiveImage(images, dataSets.onDidList),
  );
  context.subscriptions.push(scanWhenSeen(dataSetsView, dataSets), countIssues(dataSetsView, dataSets, issueTree));
  context.subscriptions.push(newImages.onDidChange((source) => void dataSets.rescan(source).catch(onError)));
  setImmediate(() => {
    store.start();
    search.resume();
    newImages.resume();
    dataSets.start().catch((error) => showError(error, log));
  });
  const activationMs = performance.now() - startedAt;
  log.info(`activated in ${activationMs.toFixed(1)} ms`);
  const api = { activationMs, store, view, dataSets, comparisons, foreign, runTree, dataSetTree };
  const cleaning = { journals, cleanPanels, decorations, dataSetsView, newImages };
  const dataPanels = { inspectPanels, baselinePanels, reportIndex, payoffs };
  return { ...api, ...cleaning, ...dataPanels, evaluatePanels, predictPanels, layers };
}

/** Selects a run in the tree, where the tree shows it; the keyboard stays where it is. */
async function revealIn(tree: vscode.TreeView<string>, runs: RunTree, run: string): Promise<void> {
  if (tree.visible && runs.shows(run)) await tree.reveal(run, { select: true, focus: false });
}

/** The query in force, beside the name of the view. */
function describeFilter(tree: vscode.TreeView<string>, view: RunView): vscode.Disposable {
  const update = () => {
    tree.description = view.query;
  };
  update();
  return view.onDidChange(update);
}

/** A data set that was never scanned is scanned when somebody looks at the list. */
function scanWhenSeen(tree: vscode.TreeView<DataSetNode>, dataSets: DataSetStore): vscode.Disposable {
  const scan = () => {
    if (tree.visible) void dataSets.scanMissing();
  };
  return vscode.Disposable.from(tree.onDidChangeVisibility(scan), dataSets.onDidList(scan));
}
