// A reader who chooses a stack in one group of tabs sees it in all groups of the page that have it.
let isSwitching = false

const inputOf = (group, name) => {
  const label = [...group.querySelectorAll('.tabs label')].find((one) => one.textContent === name)
  return label && document.getElementById(label.htmlFor)
}

export function switchTabsTogether () {
  addEventListener('click', ({ target }) => {
    if (isSwitching || !target.matches?.('.vp-code-group input')) return
    const name = document.querySelector(`label[for="${target.id}"]`).textContent
    const before = target.parentElement.getBoundingClientRect().top
    isSwitching = true
    for (const group of document.querySelectorAll('.vp-code-group')) {
      const input = inputOf(group, name)
      if (input && !input.checked) input.click()
    }
    isSwitching = false
    // The heights of groups above may have changed. Scrolling keeps the clicked group at the same place in the window.
    scrollBy(0, target.parentElement.getBoundingClientRect().top - before)
  })
}
