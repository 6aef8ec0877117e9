{#- A count where such facts are told of before the day, null where they are not (yet): null is not nought.
    The caller joins `feat_first_facts` as `first_facts`. -#}
{% macro if_told(kind, day, count) -%}
    case when first_facts.first_{{ kind }}_date < {{ day }} then coalesce({{ count }}, 0) end
{%- endmacro %}
