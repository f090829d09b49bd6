"""Reads a run's event files with TensorBoard's own accumulator and HParams messages; prints what it found."""

import json
import sys

from tensorboard.backend.event_processing import event_accumulator
from tensorboard.plugins.hparams import plugin_data_pb2

log = event_accumulator.EventAccumulator(
    sys.argv[1], size_guidance={event_accumulator.SCALARS: 0, event_accumulator.TENSORS: 0}
)
log.Reload()
scalars = {tag: [[e.step, e.value] for e in log.Scalars(tag)] for tag in log.Tags()['scalars']}
texts = {
    tag: log.Tensors(tag)[0].tensor_proto.string_val[0].decode()
    for tag in log.Tags()['tensors']
    if log.SummaryMetadata(tag).plugin_data.plugin_name == 'text'
}
hparams = {}
ends = []
for tag, content in log.PluginTagToContent('hparams').items():
    data = plugin_data_pb2.HParamsPluginData.FromString(content)
    if data.HasField('session_start_info'):
        for name, value in data.session_start_info.hparams.items():
            hparams[name] = getattr(value, value.WhichOneof('kind'))
    if data.HasField('session_end_info'):
        ends.append(data.session_end_info.status)
print(json.dumps({'scalars': scalars, 'texts': texts, 'hparams': hparams, 'ends': ends}))
