{#- Reasons of a prediction in words. `models_ml.reasons` writes them as JSON, most telling first. -#}

{#- The sentences of one language, joined by commas: all, or those of one effect, the first few of them, less
    those that are said otherwise (`without` features; `unless` a condition on `reason` holds). Null where there is none. -#}
{% macro reason_sentences(codes, language, effect=none, limit=3, without=[], unless=none) -%}
    nullif(array_to_string(list_transform(list_filter(
        from_json({{ codes }}, '[{"feature": "varchar", "value": "varchar", "effect": "varchar", "en": "varchar", "fr": "varchar"}]'),
        lambda reason: reason.{{ language }} is not null
        {%- if effect is not none %} and reason.effect = '{{ effect }}'{% endif %}
        {%- if unless is not none %} and ({{ unless }}) is not true{% endif %}
        {%- if without %} and not list_contains(['{{ without | join("', '") }}'], reason.feature){% endif %}
    ), lambda reason: reason.{{ language }})[:{{ limit }}], ', '), '')
{%- endmacro %}


{#- Both sides of a prediction in one text: "pays later: …; pays earlier: …". -#}
{% macro reason_text(codes, language, effects) -%}
    nullif(concat_ws(
        '; ',
        {%- for effect, title in effects.items() %}
        '{{ title }}: ' || {{ reason_sentences(codes, language, effect) }}{{ "," if not loop.last }}
        {%- endfor %}
    ), '')
{%- endmacro %}
