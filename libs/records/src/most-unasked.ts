/** A run is stopped when it begins with so many documents of which none can be asked. */
export const mostUnasked = 100;
