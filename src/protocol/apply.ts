/** One change of the disk. Paths are relative to the data set's root, `/`-separated, or absolute where they lead out of it. */
export type ApplyStep = MoveStep | TrashStep | RewriteStep;

/** A file gets another name; its bytes stay as they are. */
export interface MoveStep {
  kind: 'move';
  /** `relabel`: into the folder of its class (or split); `set-aside`: an excluded image, out of the data set. */
  why: 'relabel' | 'set-aside';
  path: string;
  to: string;
  hash: string;
  /** The class it lay in (null: in none) and the one it goes to. */
  from: string | null;
  label: string | null;
  /** A split that was chosen can't be expressed by the folders; it stays in the journal. */
  splitStays: boolean;
  /** The path that the journal knows the image by, where it was renamed since. */
  was?: string;
}

/** A file goes to the trash of the operating system. */
export interface TrashStep {
  kind: 'trash';
  path: string;
  hash: string;
  was?: string;
}

/** A manifest is written anew, the old one kept beside it. */
export interface RewriteStep {
  kind: 'rewrite';
  path: string;
  /** Of the manifest before. */
  hash: string;
  /** Where the old one is kept. */
  backup: string;
  rows: RowEdit[];
}

/** What becomes of one row of a manifest. */
export interface RowEdit {
  path: string;
  hash: string;
  change: 'label' | 'split' | 'remove';
  from: string | null;
  to: string | null;
  splitStays: boolean;
  was?: string;
}

/** An edit that can't be carried out, and why. It stays in the journal and goes on counting. */
export interface RefusedEdit {
  path: string;
  /** kebab-case, stable. */
  code: string;
  message: string;
}

/** `plan.json`: what applying the edits of a data set changes on the disk. */
export interface ApplyPlan {
  version: 1;
  /** ISO 8601. */
  at: string;
  /** Absolute: what was opened, its root, and the journal with the edits. */
  source: string;
  root: string;
  journal: string;
  /** The data set's name in the journal. */
  data: string;
  format: 'folder' | 'manifest';
  steps: ApplyStep[];
  /** Folders that the steps make, outermost first. */
  newFolders: string[];
  refused: RefusedEdit[];
  /** Images that stay excluded, in the journal only. */
  excluded: number;
}

/** A line of `steps.jsonl`: `begin` before the disk is touched, the others after. */
export interface StepRecord {
  step: number;
  state: 'begin' | 'done' | 'refused';
  /** For the trash: where file and note are. */
  trashed?: TrashedFile;
  /** For `refused`: why; the step changed nothing. */
  code?: string;
  message?: string;
}

export interface TrashedFile {
  /** Absolute. */
  file: string;
  /** The trash's note about it, where this kind has one. */
  note: string | null;
}

/** What applying, resuming or undoing came to. */
export interface ApplyOutcome {
  /** Folder name under `.loupe/applied`. */
  id: string;
  plan: ApplyPlan;
  done: number;
  refused: RefusedEdit[];
}
