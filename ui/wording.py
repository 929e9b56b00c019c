"""Every sentence of the screen, once, by key, so that a clinician can review them in one place.

A second language is a second dictionary with the same keys (`tests/ui/test_wording.py` holds the
keys used to the keys written). What the service sends in words (advice, reasons) is shown as sent.
"""

from __future__ import annotations

from ui.measure_wording import MEASURES

ENGLISH: dict[str, str] = {
    # The frame.
    "app.name": "foreseye",
    "app.title": "foreseye - eye screening",
    "app.use": "Research use only. Not a medical device.",
    "step.1": "Photographs",
    "step.2": "Screening",
    "step.3": "Result",
    "service.ready": "Service ready",
    "service.starting": "Service starting",
    "service.away": "Service away",
    # The service is away, busy or broken.
    "away.title": "The screening service cannot be reached.",
    "away.text": "Your photographs are kept. This screen looks again by itself every few seconds. "
    "If it stays away, ask the person who looks after this machine to start it.",
    "starting.title": "The screening service is getting ready.",
    "starting.text": "This takes a few seconds. You can already add photographs.",
    "busy.title": "The service is busy with other people.",
    "busy.text": "Your photographs wait their turn. Nothing is lost, and you need do nothing.",
    "broken.title": "The screening stopped before its end.",
    "broken.text": "What had arrived is below. Your photographs are kept.",
    "broken.count.1": "{done} of 1 photograph was screened.",
    "broken.count.n": "{done} of {count} photographs were screened.",
    "broken.not_screened": "This photograph was not screened.",
    "notice.nothing": "Nothing was screened. Your photographs are kept.",
    "notice.away": "The service could not be reached. Press Screen to try again.",
    "notice.busy": "The service was busy with other people for two minutes. Press Screen to try "
    "again.",
    "notice.failed": "{reason} Press Screen to try again.",
    "notice.stopped": "You stopped the screening. Your photographs are kept.",
    "button.try_again": "Try again",
    # Photographs.
    "photographs.title": "Photograph both eyes",
    "photographs.text": "Add one or more photographs of the back of each eye, then press Screen.",
    "eye.OD": "Right eye",
    "eye.OS": "Left eye",
    "eye.None": "Eye not known",
    "eye.short.OD": "OD",
    "eye.short.OS": "OS",
    "eye.in_words.OD": "the right eye",
    "eye.in_words.OS": "the left eye",
    "eye.in_words.None": "an eye not known yet",
    "slot.empty": "No photograph yet.",
    "slot.unsure.title": "Not sure which eye?",
    "slot.unsure.text": "Drop photographs of both eyes here. The picture tells which eye it is.",
    "slot.way": "How to add photographs of {eye}",
    "slot.way.files": "Choose files",
    "slot.way.camera": "Use camera",
    "slot.upload": "Photographs of {eye}",
    "slot.upload.choose": "Choose photographs",
    "slot.upload.drop": "or drop them here (JPEG, PNG, TIFF or HEIC, up to 64 MB each)",
    "slot.camera": "Photograph {eye}",
    "slot.camera.take": "Take the photograph",
    "slot.camera.hint": "For phones, Choose files opens the phone's own camera and gives a sharper "
    "photograph.",
    "slot.no_preview": "No preview of this kind of file",
    "slot.preview": "Photograph {name}, small",
    "button.remove": "Remove",
    "button.other_eye": "Other eye",
    "notice.twin": "{name} is already here and was not added again.",
    "notice.twin_other_eye": "{name} is already here as the other eye and was not added. "
    "If it is in the wrong place, press Other eye.",
    "notice.too_many": "{name} was not added: at most {most} photographs can be screened at once.",
    "person.title": "About the person (may be left empty)",
    "person.age": "Age in years",
    "person.age.hint": "Years",
    "person.sex": "Sex",
    "person.sex.F": "Female",
    "person.sex.M": "Male",
    "button.screen": "Screen",
    "button.screen.1": "Screen 1 photograph",
    "button.screen.n": "Screen {count} photographs",
    "screen.first": "Add a photograph first.",
    "screen.one_eye": "There is no photograph of {eye} yet. You can screen one eye alone.",
    # Screening.
    "screening.title": "Screening",
    "screening.text.1": "{done} of 1 photograph done",
    "screening.text.n": "{done} of {count} photographs done",
    "button.stop": "Stop",
    "stage.queued": "In the queue",
    "stage.quality": "Quality",
    "stage.anatomy": "Vessels and disc",
    "stage.biomarkers": "Measurements",
    "stage.done": "Done",
    "stage.state.done": "done",
    "stage.state.now": "in work",
    "stage.state.later": "to come",
    "stage.state.not": "not done",
    # The result.
    "result.title": "Result",
    "result.text.1": "{readable} of 1 photograph could be read.",
    "result.text.n": "{readable} of {count} photographs could be read.",
    "result.bundle": "Models: {name} {version} ({sha256})",
    "result.missing_eye": "No photograph of {eye} was screened.",
    "button.back": "Back",
    "button.next": "Next person",
    "button.save_exam": "Save exam (JSON)",
    "button.save_result": "Save this result (JSON)",
    "button.retake": "Take it again",
    "button.correct_eye": "It is {eye}: screen again",
    "next.title": "Next person?",
    "next.text": "This exam was not saved. Its photographs and results will be gone.",
    "next.clear": "Clear and start",
    "next.keep": "Keep this exam",
    "verdict.good": "Good photograph",
    "verdict.good.text": "It can be read.",
    "verdict.usable": "Can be read",
    "verdict.usable.text": "It could be better:",
    "verdict.unreadable": "Please take it again",
    "verdict.clouded": "The eye itself may be clouded",
    "verdict.refused": "This file cannot be used",
    "verdict.waiting": "Waiting",
    "verdict.again_and_again": "If it does not get better, the eye itself may be the cause (for "
    "example a cataract). Then refer the person; do not go on for ever.",
    "conflict.title": "Check which eye this is",
    "conflict.text": "It was given as {given}, but the picture looks like {seen}.",
    "eye.from_picture": "The picture tells that this is {eye}.",
    "eye.unknown": "Neither you nor the picture says which eye this is.",
    "overlay.title": "Show on the photograph",
    "overlay.arterioles": "Arterioles",
    "overlay.venules": "Venules",
    "overlay.disc": "Disc",
    "overlay.cup": "Cup",
    "overlay.alt": "Photograph of {eye} with these marked: {shown}",
    "overlay.alt.none": "Photograph of {eye}",
    "measurements.title": "Measurements",
    "measurements.interval": "90 %: {low} to {high}",
    "findings.title": "What this eye shows today",
    "table.name": "What was measured",
    "table.finding": "What was found",
    "table.value": "Value",
    "table.unit": "Unit",
    "table.evidence": "Judged on",
    "table.missing": "Not measured: {reason}",
    # Evidence.
    "evidence.drawn": "Drawn eyes",
    "evidence.internal": "People, same set",
    "evidence.external": "People, new set",
    "evidence.drawn.text": "Judged only on eyes drawn by a computer, not yet on people.",
    "evidence.internal.text": "Judged on people of a data set that it learned from, kept apart "
    "while it learned.",
    "evidence.external.text": "Judged on people of a data set that it had never seen.",
    "evidence.title": "What a number was judged on",
    # Forecast.
    "forecast.title": "Looking ahead",
    "forecast.text": "Of 100 people like this one, how many would come to have it by then.",
    "forecast.in_years": "in {years} years",
    "forecast.in_1_years": "in 1 year",
    "forecast.of_100": "{count} of 100",
    "forecast.under_1_of_100": "under 1 of 100",
    "forecast.interval": "{low} to {high} of 100",
    "forecast.step.age_sex": "from age and sex",
    "forecast.step.covariates": "from age, sex and what else is known",
    "forecast.step.photographs": "from age, sex, what else is known and the photographs",
    "forecast.held_back": "What the photographs add is not shown: it was judged on drawn eyes "
    "alone.",
    "forecast.none": "No forecast can be shown.",
    "forecast.curve": "Curve of the chance over the years, with its interval",
    "forecast.years": " years",
    "forecast.scale": "of 100",
    "forecast.research": "View for research: show what the photographs add",
    "forecast.research.title": "For research, not for the person",
    "forecast.research.text": "What the photographs add was judged on drawn eyes alone, never on "
    "people.",
    # Conditions.
    "condition.ischaemic_cvd": "Disease of heart and brain vessels",
    "condition.stroke": "Stroke",
    "condition.chronic_kidney_disease": "Chronic kidney disease",
    "condition.type_2_diabetes": "Type 2 diabetes",
    "condition.dr_progression": "Worsening of diabetic eye disease",
    "condition.glaucoma_progression": "Worsening of glaucoma",
    "condition.late_amd": "Late age-related macular degeneration",
    "condition.high_myopia": "High short-sightedness",
    "condition.parkinson": "Parkinson's disease",
    "condition.dementia": "Dementia",
    # Findings.
    "finding.dr_grade": "Diabetic eye disease",
    "finding.dr_grade.chance": "Of 100 photographs with this answer, {count} show retinopathy of "
    "grade 2 or more.",
    "finding.maculopathy": "Diabetic macular disease",
    "finding.maculopathy.chance": "Of 100 photographs with this answer, {count} show it.",
    "finding.glaucoma_suspicion": "Suspicion of glaucoma",
    "finding.glaucoma_suspicion.chance": "Of 100 photographs with this answer, {count} show signs "
    "of it.",
    "finding.refer": "{finding}: refer to an eye doctor",
    "finding.refer.text": "Tell the person that an eye doctor should look at this eye. This is not "
    "a diagnosis.",
    "finding.below": "{finding}: below the mark for referral",
    "finding.below.text": "This alone calls for no referral. A photograph can miss disease: refer "
    "anyone whose sight has changed.",
    "finding.mark": "The mark for referral is {mark} of 100.",
    "finding.under": "under {count}",
    "finding.over": "over {count}",
    "finding.use": "Research use only. An eye doctor decides.",
    "grade.title": "For the doctor: grade of retinopathy",
    "grade.text": "Chance of each grade of the International Clinical DR scale.",
    "grade.0": "0 - none",
    "grade.1": "1 - mild non-proliferative",
    "grade.2": "2 - moderate non-proliferative",
    "grade.3": "3 - severe non-proliferative",
    "grade.4": "4 - proliferative",
    "grade.referable": "2 to 4 together: referable",
    "grade.cut": "mark for referral: {cut} %",
    "finding.retinal_age_years": "Age as the retina looks",
    "finding.hba1c_percent": "Long-term blood sugar (HbA1c)",
    "finding.egfr_ml_min_1_73m2": "Kidney filtration (eGFR)",
    "finding.sbp_mmhg": "Systolic blood pressure",
    **MEASURES,
    # Units, by UCUM code.
    "unit.1": "ratio",
    "unit.%": "%",
    "unit.rad": "rad",
    "unit.deg": "\u00b0",
    "unit.um": "\u00b5m",
    "unit.a": "years",
    "unit.mm[Hg]": "mmHg",
    "unit.mL/min/{1.73_m2}": "mL/min/1.73 m\u00b2",
}

LANGUAGES = {"en": ENGLISH}


def say(key: str, language: str = "en", **values: object) -> str:
    """Return the sentence of a key with its values filled in. Raises KeyError for no such key."""
    sentence = LANGUAGES[language][key]
    return sentence.format(**values) if values else sentence


def say_count(key: str, count: int, language: str = "en", **values: object) -> str:
    """Return the sentence of `key.1` for one thing, of `key.n` for any other number."""
    number = "1" if count == 1 else "n"
    return say(f"{key}.{number}", language, count=count, **values)


def say_or(key: str, otherwise: str, language: str = "en") -> str:
    """Return the sentence of a key that the service chose, or `otherwise` when none is written.

    For names that a newer service may send and this screen does not know yet.
    """
    return LANGUAGES[language].get(key, otherwise)
