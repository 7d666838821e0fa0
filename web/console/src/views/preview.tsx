// A form as people read it, question by question.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Schemas } from "../session.js";
import { Select } from "../ui.js";
import { language as own, w } from "../words.js";

type Definition = Schemas["FormDefinition"];
type Question = Schemas["QuestionDefinition"];

export function Preview({ definition }: { definition: Definition }): JSX.Element {
  const f = w.forms;
  const { languages } = definition;
  const [language, setLanguage] = useState(languages.includes(own) ? own : (languages[0] ?? own));
  const names = new Intl.DisplayNames([own], { type: "language" });
  const name = (tag: string): string => {
    try {
      return names.of(tag) ?? tag;
    } catch {
      return tag;
    }
  };
  return (
    <div class="preview">
      {languages.length > 1 && (
        <Select label={f.preview_language} pointer={`?${definition.key}-language`} value={language} set={setLanguage} options={languages.map((it) => [it, name(it)])} />
      )}
      <div lang={language} dir="auto">
        {definition.sections.map((section) => (
          <section key={section.key}>
            <h3>{section.title[language]}</h3>
            {section.description && <p>{section.description[language]}</p>}
            <ol>
              {section.questions.map((it) => (
                <li key={it.key}>
                  <OneQuestion it={it} definition={definition} language={language} />
                </li>
              ))}
            </ol>
          </section>
        ))}
      </div>
    </div>
  );
}

function OneQuestion({ it, definition, language }: { it: Question; definition: Definition; language: string }): JSX.Element {
  const f = w.forms;
  const options = it.options ?? (it.scale ? definition.scales?.[it.scale] : undefined) ?? [];
  const range = [it.min, it.max].map((end) => end ?? "…").join(" – ");
  return (
    <>
      <p>
        {it.text[language]} {it.required && <span lang={own}>({f.required})</span>}
      </p>
      {it.hint && <p class="hint">{it.hint[language]}</p>}
      <p class="hint" lang={own}>
        {f.kinds[it.kind]}
        {(it.kind === "integer" || it.kind === "decimal" || it.kind === "rating") && `, ${range}`}
        {it.show_when && `, ${f.on_condition}`} · <code>{it.key}</code>
      </p>
      {options.length > 0 && (
        <ul>
          {options.map((option) => (
            <li key={option.code}>{option.label[language]}</li>
          ))}
        </ul>
      )}
    </>
  );
}
