/** The build sets it: the languages that have a file, with spaces between. */
declare const LANGUAGES: string;
