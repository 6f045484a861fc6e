/**
 * The public API of flinch. A name that is exported from here is promised to users; everything else
 * under src/ may change without notice.
 */
export {};
