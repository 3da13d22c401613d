const chat = NobackendChat.join({ room: 'scores' });
const button = document.querySelector('button');
let clicks = 0;
button.onclick = () => {
  if (clicks === 0) setTimeout(finish, 5000);
  button.textContent = `${clicks += 1} clicks`;
};
async function finish() {
  const mine = { name: chat.user.name, score: clicks };
  clicks = 0;
  button.textContent = 'Once more';
  for (let late = true; late;) { // if somebody else writes at the same time, read the list and write it again
    const version = chat.values.version('best');
    const best = [...(chat.values.get('best') || []), mine].sort((a, b) => b.score - a.score).slice(0, 5);
    late = await chat.values.set('best', best, { if: version }).then(() => false, ({ code }) => code === 'conflict');
  }
}
chat.values.on('best', (best = []) => {
  document.querySelector('ol').innerHTML = best.map(() => '<li>').join('');
  document.querySelectorAll('li').forEach((row, i) => { row.textContent = `${best[i].score} by ${best[i].name}`; });
});
