# Mends the ROS wheels' include paths. The wheels' exported targets name the Python and numpy headers of
# the machine that built the wheels (/opt/python/...), where CMake stops with "non-existent path".
# Passed by the Makefile as -DCMAKE_PROJECT_INCLUDE, so that it runs after project(); the mending is
# deferred to the end of the top directory, when all targets have been imported.
if(NOT CMAKE_SOURCE_DIR STREQUAL CMAKE_CURRENT_SOURCE_DIR)
  return()
endif()

find_package(Python3 REQUIRED COMPONENTS Interpreter Development NumPy)

function(mend_ros_wheels)
  get_property(targets DIRECTORY PROPERTY IMPORTED_TARGETS)
  foreach(target IN LISTS targets)
    get_target_property(includes ${target} INTERFACE_INCLUDE_DIRECTORIES)
    if(includes MATCHES "/opt/python/")
      list(FILTER includes EXCLUDE REGEX "^/opt/python/")
      list(APPEND includes ${Python3_INCLUDE_DIRS} ${Python3_NumPy_INCLUDE_DIRS})
      set_target_properties(${target} PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${includes}")
    endif()
  endforeach()
endfunction()

cmake_language(DEFER CALL mend_ros_wheels)
