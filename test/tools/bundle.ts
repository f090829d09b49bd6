// esbuild.mjs needs a newer Node than npm may run on.
import '../../esbuild.mjs';
