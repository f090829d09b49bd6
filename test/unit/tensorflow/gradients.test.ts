import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { multiply } from '../../../src/engines/tensorflow/graph/elementwise.ts';
import { Graph } from '../../../src/engines/tensorflow/graph/graph.ts';
import { relu } from '../../../src/engines/tensorflow/graph/nonlinear.ts';
import { dataType } from '../../../src/engines/tensorflow/graph/types.ts';

describe('differentiation', () => {
  it('sums the gradients of a value used twice, and skips what needs none', () => {
    const graph = new Graph();
    const weight = graph.variable('w', [3], true);
    const frozen = graph.variable('f', [3], false);
    const unused = graph.variable('u', [3], true);
    graph.read(unused);
    const w = graph.read(weight);
    const y = multiply(graph, multiply(graph, w, w), graph.read(frozen));
    const gradients = graph.gradients(y, graph.floats([1, 1, 1]));
    assert.equal(gradients.by(weight)?.node.operation, 'AddN');
    assert.equal(gradients.by(frozen), null);
    assert.equal(gradients.by(unused), null);
  });

  it('gives the gradient by a watched tensor, and none by what lies before it', () => {
    const graph = new Graph();
    const before = graph.variable('w', [3], true);
    const watched = graph.watch(multiply(graph, graph.read(before), 2));
    const gradients = graph.gradients(relu(graph, watched), graph.floats([1, 1, 1]));
    assert.equal(gradients.byTensor(watched)?.node.operation, 'ReluGrad');
    assert.equal(gradients.by(before), null);
  });

  it('names an operation that can not be differentiated', () => {
    const graph = new Graph();
    const w = graph.read(graph.variable('w', [3], true));
    const odd = graph.tensor('Odd', [w], {}, w);
    assert.throws(() => graph.gradients(odd, graph.floats([1, 1, 1])), /Odd/);
  });

  it('gives every node a name of its own that TensorFlow accepts', () => {
    const graph = new Graph();
    const x = graph.placeholder('Größe, neu:1', dataType.float, [null]);
    const nodes = [x, relu(graph, x), relu(graph, x), graph.placeholder('_x', dataType.float, [])].map(
      (t) => t.node.name,
    );
    assert.equal(new Set(nodes).size, 4);
    for (const name of nodes) assert.match(name, /^[A-Za-z0-9.][A-Za-z0-9_.\\/>-]*$/);
  });
});
