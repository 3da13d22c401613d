const chat = NobackendChat.join({ room: 'noughts' });
const cells = Array.from({ length: 9 }, (_, cell) => {
  const button = document.querySelector('main').appendChild(document.createElement('button'));
  button.onclick = () => chat.send({ data: { cell } });
  button.ariaLabel = `Field ${cell + 1}`;
  return button;
});
document.querySelector('body > button').onclick = () => chat.send({ data: { cell: 'new' } });
let moves, players; // all who watch get the same moves in the same order, so all see the same game
const lines = ['012', '345', '678', '036', '147', '258', '048', '246'];
const has = (player) => lines.some((line) => [...line].every((cell) => moves[cell] === player));

function play({ from, data }) {
  const cell = data && data.cell, turn = Object.keys(moves).length % 2;
  if (cell === 'new') moves = {}, players = [];
  else if (cell in cells && !(cell in moves) && !has(0) && !has(1) && (players[turn] || from).id === from.id && players[1 - turn]?.id !== from.id) {
    players[turn] = from;
    moves[cell] = turn;
  }
  cells.forEach((button, i) => { button.textContent = i in moves ? '×○'[moves[i]] : ''; });
  const [x = 'anyone', o = 'anyone else'] = [players[0]?.name, players[1]?.name];
  document.querySelector('p').textContent = has(0) ? `${x} has won` : has(1) ? `${o} has won` : `× ${x} against ○ ${o}`;
}
moves = {}, players = [];
chat.on('ready', ({ history, user }) => [{ from: user }, ...history].forEach(play));
chat.on('message', play);
