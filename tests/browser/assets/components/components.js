// SPDX-License-Identifier: MIT
// Components that show what the renderer does for authors of components: `window.test_components`.
(() => {
  const {createElement: h, cloneElement, useEffect, useState} = window.React;

  /// Counts how often it was given properties.
  const DrawCounter = props => {
    const [count, setCount] = useState(0);
    useEffect(() => setCount(drawn => drawn + 1), [props]);
    return h('div', {id: props.id}, count);
  };

  /// Shows why it was drawn.
  const RenderType = ({id, n_clicks, dashRenderType, setProps}) => h('div', {id},
    h('span', null, dashRenderType),
    h('button', {onClick: () => setProps({n_clicks: (n_clicks ?? 0) + 1})}, 'click'));
  RenderType.dashRenderType = true;

  /// An input whose text is kept in capitals: all of `value`, or its member `text`.
  const Kept = ({id, value, setProps}) => h('input',
    {id, value: value ?? '', onChange: event => setProps({value: event.target.value})});
  const capitals = {extract: text => text?.toUpperCase(), apply: stored => stored};
  Kept.persistenceTransforms = {value: capitals};

  const KeptMember = ({id, value, setProps}) => h('input', {
    id, value: value?.text ?? '', onChange: event => setProps({value: {text: event.target.value}}),
  });
  KeptMember.persistenceTransforms = {
    value: {
      text: {
        extract: value => value?.text?.toUpperCase(),
        apply: (stored, value) => ({...value, text: stored}),
      },
    },
  };

  /// Gives its child a property, and the child that shows it.
  const Giver = ({id, children}) => h('div', {id}, cloneElement(children, {received: `from ${id}`}));
  const Receiver = ({id, text, received}) => h('div', {id}, received ?? text);

  const Lengths = ({id, list}) => h('div', {id}, `length ${list?.length ?? 'none'}`);

  /// Draws components that are in no layout.
  const External = ({id, text, input_id, extra, is_temporary}) => {
    const {ExternalWrapper, useDashContext} = window.dash_component_api;
    const {componentPath} = useDashContext();
    const input = {
      type: 'Input', namespace: 'dash_core_components', props: {id: input_id, value: text},
    };
    return h('div', {id},
      text && h(ExternalWrapper, {
        component: input, componentPath: [JSON.stringify(componentPath), 'text'], temp: true,
      }),
      extra && h(ExternalWrapper, {
        component: extra, componentPath: [...componentPath, 'props', 'extra'], temp: is_temporary,
      }));
  };

  window.test_components = {
    DrawCounter, RenderType, Kept, KeptMember, Giver, Receiver, Lengths, External,
  };
  /// What the server tells of packages that it knows. To be called when the renderer has begun.
  window.declareComponentsAsProperties = () => {
    window.__dashprivate_childrenProps.test_components = {
      Lengths: ['list[].label'],
    };
  };
})();
