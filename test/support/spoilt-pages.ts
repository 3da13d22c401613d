/** Changes of pages to the browser's own things. Each script runs before ours, and after the libraries it names. */

/** `Array.from` gives nothing of what can only be iterated, `reduce` does something else, and JSON changes. */
const PROTOTYPE_1_6 = `
  Array.from = function (list) {
    if (!list) return [];
    if (list.toArray) return list.toArray();
    var length = list.length || 0, results = new Array(length);
    while (length--) results[length] = list[length];
    return results;
  };
  Array.prototype.reduce = function () { return this.length > 1 ? this : this[0]; };
  Array.prototype.toArray = Array.prototype.entries = function () { return [].concat(this); };
  Array.prototype.map = function (act, context) {
    var all = [];
    this.forEach(function (one, i) { all.push(act.call(context, one, i)); });
    return all;
  };
  Array.prototype.toJSON = function () { return '[' + this.map(Object.toJSON).join(', ') + ']'; };
  String.prototype.toJSON = function () { return '"' + this + '"'; };
  Number.prototype.toJSON = function () { return String(this); };
  Date.prototype.toJSON = function () { return '"' + this.getUTCFullYear() + '"'; };
  Object.toJSON = function (any) { return any && any.toJSON ? any.toJSON() : String(any); };
  Object.keys = function (object) { var keys = []; for (var key in object) keys.push(key); return keys; };
  String.prototype.startsWith = function (start) { return this.indexOf(start) === 0; };
  Function.prototype.bind = function (self) {
    var act = this;
    return function () { return act.apply(self, arguments); };
  };
  Element.prototype.remove = function () { this.parentNode.removeChild(this); return this; };
  Element.prototype.select = Element.prototype.scrollTo = Element.prototype.update = function () { return this; };
  window.Event = window.Event || {};`;

/** Anything that is no list becomes the one item of a list. */
const MOOTOOLS_1_5 = `
  Array.from = function (item) {
    if (item == null) return [];
    return typeof item != 'string' && typeof item.length == 'number' ? Array.prototype.slice.call(item) : [item];
  };
  ['from', 'clone', 'each'].forEach(function (name) {
    String[name] = Number[name] = Function[name] = function (any) { return any; };
  });
  Array.prototype.include = Array.prototype.append = Array.prototype.erase = function () { return this; };
  ['set', 'get', 'empty', 'destroy'].forEach(function (name) {
    Element.prototype[name] = function () { return this; };
  });
  window.Element = function (tag) { return document.createElement(tag); };`;

/** Names of the page's own, before our script and, in the page's other scripts, after it. */
const OWN_NAMES = `
  var name = 'page', status = 'page', event = 'page', self = 'page', origin = { x: 0 }, performance = 1;
  var URL = 'https://page.example/';
  function Map(width, height) { this.width = width; }
  function Set() {}
  function URLSearchParams() {}
  class Text {}
  class Range {}
  const history = [], screen = 'page';`;

/**
 * The convenient methods are the page's, objects have more than their own, promises and listeners go through its code.
 */
const POLLUTED = `
  ['append', 'prepend', 'before', 'after', 'remove', 'replaceWith', 'replaceChildren'].forEach(function (method) {
    Element.prototype[method] = DocumentFragment.prototype[method] = function () {
      throw new Error('the page has its own ' + method);
    };
  });
  Object.prototype.each = Object.prototype.toJSON = function () { return 'of the page'; };
  window.Promise = class PagePromise extends Promise {};
  var listen = EventTarget.prototype.addEventListener;
  EventTarget.prototype.addEventListener = function (type, act, options) {
    return listen.call(this, type, function (event) { return act.call(this, event); }, options);
  };`;

/** Every name of the browser that a page can take is a number. */
const EVERY_NAME = `
  (function () {
    var names = Object.getOwnPropertyNames(window).concat('addEventListener', 'removeEventListener');
    var free = names.filter(function (name) {
      var own = Object.getOwnPropertyDescriptor(window, name);
      return /^[a-z]\\w*$/i.test(name) && (!own || own.configurable);
    });
    var script = document.createElement('script');
    script.textContent = 'const ' + free.map(function (name) { return name + ' = 0'; }).join() + ';';
    document.head.appendChild(script);
  })();`;

export const SPOILT: [page: string, script: string][] = [
  ['has Prototype 1.6', PROTOTYPE_1_6],
  ['has MooTools 1.5', MOOTOOLS_1_5],
  ['has names of its own', OWN_NAMES],
  ['has methods of its own', POLLUTED],
  ['takes every name', EVERY_NAME],
];
