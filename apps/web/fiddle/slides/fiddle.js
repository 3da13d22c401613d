const chat = NobackendChat.join({ room: 'slides' });
const slides = ['A talk', 'No server', 'One script tag', 'Thank you!'];
const [back, next] = document.querySelectorAll('button');

function show(slide = 0) { // those who come late get the slide that is shown now
  document.querySelector('main').textContent = slides[slide];
  document.querySelector('span').textContent = `${slide + 1} of ${slides.length}`;
  back.disabled = slide === 0;
  next.disabled = slide === slides.length - 1;
}
show();
chat.values.on('slide', show);

// To let only yourself turn them, as the room's owner: chat.call('rules', { room: 'slides', values: 'roles' })
const turn = (by) => chat.values.set('slide', (chat.values.get('slide') || 0) + by).catch(({ message }) => alert(message));
back.onclick = () => turn(-1);
next.onclick = () => turn(1);
