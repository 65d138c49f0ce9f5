/** What the bundler takes in beside code. */
declare module '*.css';
