const chat = NobackendChat.join({ room: 'noughts' });
const cells = Array.from({ length: 9 }, (_, cell) => {
  const button = document.querySelector('main').appendChild(document.createElement('button'));
  return Object.assign(button, { onclick: () => play(cell), ariaLabel: `Field ${cell + 1}` });
});
const lines = ['012', '345', '678', '036', '147', '258', '048', '246'];
const has = ({ moves }, player) => lines.some((line) => [...line].every((cell) => moves[cell] === player));
const game = () => chat.values.get('game') || { moves: {}, players: [] };
const change = (next) => chat.values.set('game', next, { if: chat.values.version('game') }).catch(() => 'too late'); // the first move counts
document.querySelector('body > button').onclick = () => change({ moves: {}, players: [] });
function play(cell) {
  const { moves, players } = game(), turn = Object.keys(moves).length % 2, { id } = chat.user;
  const isMine = players[turn] ? players[turn].id === id : !players[1 - turn] || players[1 - turn].id !== id;
  if (!isMine || cell in moves || has(game(), 0) || has(game(), 1)) return;
  change({ moves: { ...moves, [cell]: turn }, players: turn < players.length ? players : [...players, chat.user] });
}
chat.values.on('game', () => {
  const { moves, players: [x = { name: 'anyone' }, o = { name: 'anyone else' }] } = game();
  cells.forEach((button, i) => { button.textContent = i in moves ? '\u00d7\u25cb'[moves[i]] : ''; });
  const winner = [x, o].find((_, player) => has(game(), player));
  document.querySelector('p').textContent = winner ? `${winner.name} has won` : `\u00d7 ${x.name} against \u25cb ${o.name}`;
});
