/** The language of `.qa` files, and the names of documents wherever files of data and experiments use them. */
import * as vscode from 'vscode';
import type { Lab } from '../lab';
import { QaCompletions, RowCompletions } from './completion';
import { QaFixes } from './fixes';
import { NameHovers } from './hover';
import { DocumentDefinitions, QuestionReferences } from './navigation';
import { namingFiles, qaFiles } from './places';
import { showRemarks } from './remarks';
import { DocumentRenames } from './rename';
import { folding, formatting, outline } from './structure';

const rowFiles = { scheme: 'file', pattern: '**/*.{jsonl,ndjson,pit.json}' };

export function registerQa(lab: Lab): void {
  const { languages } = vscode;
  lab.context.subscriptions.push(
    languages.registerDocumentSymbolProvider(qaFiles, outline, { label: 'PIT' }),
    languages.registerFoldingRangeProvider(qaFiles, folding),
    languages.registerDocumentFormattingEditProvider(qaFiles, formatting),
    languages.registerCompletionItemProvider(qaFiles, new QaCompletions(lab), '#', ':', ' '),
    languages.registerCompletionItemProvider(rowFiles, new RowCompletions(lab), '"'),
    languages.registerDefinitionProvider(namingFiles, new DocumentDefinitions(lab)),
    languages.registerReferenceProvider(namingFiles, new QuestionReferences(lab)),
    languages.registerHoverProvider(namingFiles, new NameHovers(lab)),
    languages.registerRenameProvider(namingFiles, new DocumentRenames(lab)),
    languages.registerCodeActionsProvider(namingFiles, new QaFixes(lab), { providedCodeActionKinds: QaFixes.kinds }),
    showRemarks(),
  );
}
