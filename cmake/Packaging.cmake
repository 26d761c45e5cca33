# What `cmake --install` puts where, and the packages that CPack makes of it: a .deb, and an archive that is unpacked
# anywhere. The programs find each other and the samples from where they stand, so that a folder can be moved.

include(GNUInstallDirs)

set(data_folder ${CMAKE_INSTALL_DATADIR}/faultline)
set(program_folder ${CMAKE_INSTALL_LIBEXECDIR}/faultline)

install(TARGETS faultline faultline-report RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES LICENSE README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs FILES_MATCHING PATTERN "*.md")

if(FAULTLINE_SAMPLES)
  get_property(sample_targets GLOBAL PROPERTY FAULTLINE_SAMPLE_TARGETS)
  install(TARGETS ${sample_targets}
          RUNTIME DESTINATION ${program_folder}/samples
          LIBRARY DESTINATION ${program_folder}/samples NAMELINK_SKIP)
  install(DIRECTORY samples/campaigns samples/metal samples/models samples/python samples/workloads
          DESTINATION ${data_folder}
          PATTERN "__pycache__" EXCLUDE)
  install(FILES samples/README.md DESTINATION ${data_folder})
endif()

# The program knows its own command line: it writes its man pages and completions.
set(written ${PROJECT_BINARY_DIR}/written)
add_custom_command(
  OUTPUT ${written}/complete
  COMMAND ${CMAKE_COMMAND} -E rm -rf ${written}
  COMMAND ${CMAKE_COMMAND} -E make_directory ${written}/completions
  COMMAND faultline manual --out ${written}/man
  COMMAND faultline completion bash > ${written}/completions/faultline
  COMMAND faultline completion zsh > ${written}/completions/_faultline
  COMMAND faultline completion fish > ${written}/completions/faultline.fish
  COMMAND ${CMAKE_COMMAND} -E touch ${written}/complete
  DEPENDS faultline VERBATIM)
# A program with a sanitizer is for tests alone.
set(part_of_all ALL)
if(FAULTLINE_SANITIZE)
  set(part_of_all)
endif()
add_custom_target(written_pages ${part_of_all} DEPENDS ${written}/complete)
add_dependencies(programs written_pages)
install(DIRECTORY ${written}/man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${written}/completions/faultline DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${written}/completions/_faultline DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
install(FILES ${written}/completions/faultline.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)

set(CPACK_GENERATOR "DEB;TGZ")
set(CPACK_PACKAGE_NAME faultline)
set(CPACK_PACKAGE_VENDOR "Faultline")
set(CPACK_PACKAGE_CONTACT "Faultline maintainers")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGE_FILE_NAME "faultline-${PROJECT_VERSION}-${CMAKE_SYSTEM_NAME}-${CMAKE_SYSTEM_PROCESSOR}")
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/packages)
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_STRIP_FILES OFF)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "libc6 (>= 2.35), libstdc++6 (>= 12)")
include(CPack)
