const chat = NobackendChat.join({ room: 'slides' });
const slides = ['A talk', 'No server', 'One script tag', 'Thank you!'];
const [back, next] = document.querySelectorAll('button');

function show(slide = 0) { // people who come late see the current slide
  document.querySelector('main').textContent = slides[slide];
  document.querySelector('span').textContent = `${slide + 1} of ${slides.length}`;
  back.disabled = slide === 0;
  next.disabled = slide === slides.length - 1;
}
show();
chat.values.on('slide', show);

// If you own the room and only you may turn the slides: chat.call('rules', { room: 'slides', values: 'roles' })
const turn = (by) => chat.values.set('slide', (chat.values.get('slide') || 0) + by).catch(({ message }) => alert(message));
back.onclick = () => turn(-1);
next.onclick = () => turn(1);
