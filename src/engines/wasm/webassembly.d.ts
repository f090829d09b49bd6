// The part of the WebAssembly JavaScript interface that is used here; TypeScript has it in the DOM library only.
declare namespace WebAssembly {
  interface Module {
    readonly kind?: 'module';
  }
  interface Memory {
    readonly buffer: ArrayBuffer | SharedArrayBuffer;
  }
  interface Global {
    value: number;
  }
  interface Instance {
    readonly exports: Record<string, ((...values: number[]) => number) | Memory | Global>;
  }
  const Module: {
    new (binary: Uint8Array): Module;
    exports(module: Module): { name: string; kind: string }[];
  };
  const Instance: new (module: Module, imports: { env: { memory: Memory } }) => Instance;
  const Memory: new (limits: { initial: number; maximum?: number; shared?: boolean }) => Memory;
  class RuntimeError extends Error {}
  function validate(binary: Uint8Array): boolean;
}
