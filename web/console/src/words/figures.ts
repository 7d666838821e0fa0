// The words of figures.

const en = {
  title: "Figures",
  about: "Charts of every question and score, tables across questions, exports.",
  choose: "Choose a form.",
  none: "There are no figures yet. An author publishes a form, and a coordinator opens a campaign for it.",
  form: "Form",
  campaigns: "Campaigns",
  no_campaigns: "none yet",
  report: "Report",
};

const ko: typeof en = {
  title: "통계",
  about: "문항과 점수의 차트, 문항 사이의 교차표, 내보내기.",
  choose: "설문지를 선택하세요.",
  none: "아직 통계가 없습니다. 작성자가 설문지를 게시하고 진행 담당자가 캠페인을 열어야 합니다.",
  form: "설문지",
  campaigns: "캠페인",
  no_campaigns: "아직 없음",
  report: "보고서",
};

export const figures = { en, ko };
