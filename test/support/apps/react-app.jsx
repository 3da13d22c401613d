/** A page with React. It takes its options from the global `options`. */

import { ChatProvider, useChat, useMembers, useValue } from 'nobackend-chat-client/react';
import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';

function Log() {
  const { chat, messages, state, user, error, send, react } = useChat();
  window.chat = chat;
  const say = () => send('from the page').then(({ id }) => react(id, '\u{1F44D}'));
  return (
    <>
      <p id="state">{[state, user?.name, error?.code].join(' ')}</p>
      <ul id="log">
        {messages.map(({ id, text, reactions = [] }) => (
          <li key={id}>{[text, ...reactions.map(({ count, mine }) => `${count}${mine ? ' mine' : ''}`)].join(' ')}</li>
        ))}
      </ul>
      <button type="button" id="say" onClick={say}>
        Say
      </button>
    </>
  );
}

function Values() {
  const [likes, , addLike] = useValue('likes', 0);
  const [title, setTitle] = useValue('title', 'untitled');
  const [votes] = useValue('votes/', {});
  return (
    <>
      <button type="button" id="like" onClick={() => addLike()}>
        {likes}
      </button>
      <input id="title" value={title} onChange={({ target }) => setTitle(target.value)} />
      <p id="votes">{JSON.stringify(votes)}</p>
    </>
  );
}

const People = () => (
  <p id="people">
    {useMembers()
      .map(({ name }) => name)
      .join()}
  </p>
);

/** It needs no provider, and shares the user with the others. */
function Apart({ options }) {
  return <p id="apart">{useChat(options).memberCount}</p>;
}

function App() {
  const [shown, setShown] = useState(true);
  const [room, setRoom] = useState(window.options.room);
  const options = { ...window.options, room };
  Object.assign(window, { setShown, setRoom });
  return (
    shown && (
      <ChatProvider {...options}>
        <Log />
        <People />
        <Values />
        <Apart options={options} />
      </ChatProvider>
    )
  );
}

createRoot(document.getElementById('app')).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
