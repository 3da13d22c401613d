/**
 * Why a page polls although its transport has streams. `late`: the first bytes came late. `silent`: nothing came for
 * too long. `cut`: streams broke soon. `refused`: the server refused them. `crowded`: they took up the browser's
 * connections.
 */
export type StreamTrouble = 'late' | 'silent' | 'cut' | 'refused' | 'crowded';
