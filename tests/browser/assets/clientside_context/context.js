// SPDX-License-Identifier: MIT
// What clientside functions are told of their call, as text.
(function () {
  const context = () => window.dash_clientside.callback_context;
  const lines = values =>
    Object.entries(values).map(([name, value]) => `${name} = ${value}`).join(', ');

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    context: {
      triggered: () => lines(Object.fromEntries(
        context().triggered.map(({prop_id, value}) => [prop_id, value]))),
      triggeredId: () => JSON.stringify(context().triggered_id) ?? 'nothing',
      inputs: () => lines(context().inputs),
      inputsList: () => JSON.stringify(context().inputs_list),
      states: () => lines(context().states),
      statesList: () => JSON.stringify(context().states_list),
    },
  });
})();
