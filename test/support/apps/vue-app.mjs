/** The same page as `react-app.jsx`, with Vue. */

import { provideChat, useChat, useMembers, useValue } from 'nobackend-chat-client/vue';
import { createApp, defineComponent, h, ref, watchEffect } from 'vue';

const Log = defineComponent(() => {
  const { chat, messages, state, user, error, send, react } = useChat();
  watchEffect(() => {
    window.chat = chat.value;
  });
  const say = () => send('from the page').then(({ id }) => react(id, '\u{1F44D}'));
  const line = ({ id, text, reactions = [] }) =>
    h('li', { key: id }, [text, ...reactions.map(({ count, mine }) => `${count}${mine ? ' mine' : ''}`)].join(' '));
  return () => [
    h('p', { id: 'state' }, [state.value, user.value?.name, error.value?.code].join(' ')),
    h('ul', { id: 'log' }, messages.value.map(line)),
    h('button', { id: 'say', onClick: say }, 'Say'),
  ];
});

const Values = defineComponent(() => {
  const likes = useValue('likes', 0);
  const title = useValue('title', 'untitled');
  const votes = useValue('votes/', {});
  const { chat } = useChat();
  const onInput = ({ target }) => {
    title.value = target.value;
  };
  return () => [
    h('button', { id: 'like', onClick: () => chat.value.values.add('likes') }, likes.value),
    h('input', { id: 'title', value: title.value, onInput }),
    h('p', { id: 'votes' }, JSON.stringify(votes.value)),
  ];
});

const People = defineComponent(() => {
  const members = useMembers();
  return () => h('p', { id: 'people' }, members.value.map(({ name }) => name).join());
});

/** It needs no provider, and shares the user with the others. */
const Apart = defineComponent(
  (props) => {
    const { memberCount } = useChat(() => props.options);
    return () => h('p', { id: 'apart' }, memberCount.value);
  },
  { props: ['options'] },
);

const Room = defineComponent(
  (props) => {
    provideChat(() => props.options);
    return () => [h(Log), h(People), h(Values), h(Apart, props)];
  },
  { props: ['options'] },
);

const shown = ref(true);
const room = ref(window.options.room);
Object.assign(window, {
  setShown: (now) => (shown.value = now),
  setRoom: (now) => (room.value = now),
});
createApp(() => shown.value && h(Room, { options: { ...window.options, room: room.value } })).mount('#app');
