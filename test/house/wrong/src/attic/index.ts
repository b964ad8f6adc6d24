// rejected by: no-orphan-room
export const thing = 'forgotten';
