export const inside = 'the room';
