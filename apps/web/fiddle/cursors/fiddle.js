const chat = NobackendChat.join({ room: 'cursors' });
const cursors = new Map();

addEventListener('pointermove', (event) => {
  chat.signal({ x: event.clientX / innerWidth, y: event.clientY / innerHeight });
});

chat.on('signal', ({ from, data }) => {
  if (from.id === chat.user.id) return;
  const cursor = cursors.get(from.id) || document.body.appendChild(document.createElement('b'));
  cursors.set(from.id, cursor);
  cursor.textContent = from.name;
  cursor.style.background = `hsl(${from.id * 137 % 360} 70% 70%)`;
  cursor.style.left = `${data.x * 100}%`;
  cursor.style.top = `${data.y * 100}%`;
});

chat.on('left', ({ from }) => {
  if (cursors.has(from.id)) cursors.get(from.id).remove();
  cursors.delete(from.id);
});
