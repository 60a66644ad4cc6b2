// SPDX-License-Identifier: MIT
// The functions that the apps of clientside_test name.
(function () {
  const elevenStops = value => Number(value) === 11;

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    clientside: {
      say: value => `Client says "${value}"`,

      add: (a, b) => Number(a) + Number(b),
      mean: (...values) => values.reduce((sum, value) => sum + Number(value), 0) / values.length,

      nextOrThrow(value) {
        if (elevenStops(value)) throw new Error('eleven is too much');
        return Number(value) + 1;
      },

      nextFour: value => [1, 2, 3, 4].map(step => Number(value) + step),

      countUnlessEleven(value, count) {
        if (elevenStops(value)) throw window.dash_clientside.PreventUpdate;
        return Number(count) + 1;
      },

      countTwice(value, first, second) {
        const next = elevenStops(value) ? window.dash_clientside.no_update : Number(first) + 1;
        return [next, Number(second) + 1];
      },

      // A browser's own change is raised by one; the initial call is not.
      raise: value =>
        window.dash_clientside.callback_context.triggered.length ? value + 1 : value,

      follow(value) {
        window.followed = (window.followed || 0) + 1;
        return String(value);
      },

      // The test calls `window.finish` when the promise is to be kept.
      promise: value => new Promise(resolve => {
        window.finish = ending => resolve(`client: ${value}${ending}`);
      }),
      keptPromise: value => Promise.resolve(`client: ${value}`),
    },
  });
})();
