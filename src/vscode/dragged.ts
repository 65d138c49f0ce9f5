/** What the Datasets and the Schedule view hand each other when examples are dragged. */

/** A list of ids of documents and questions, as JSON. */
export const examplesMime = 'application/vnd.pit.examples';
